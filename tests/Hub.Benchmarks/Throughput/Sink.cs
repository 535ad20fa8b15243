using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hub.Benchmarks.Throughput;

/// <summary>The receiving agency, in its own process: takes pushes, hashes what it got, counts each message once.</summary>
internal static class Sink
{
    internal static async Task<int> RunAsync(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url).ConfigureKestrel(k => k.Limits.MaxRequestBodySize = 64 * 1024 * 1024);
        var app = builder.Build();
        var received = new Received();
        app.MapGet("/count", () => Results.Text(received.Count.ToString()));
        app.MapGet("/digest", () => Results.Text($"{received.Count} {received.Repeated} {received.Damaged} {received.Digest}"));
        app.MapGet("/times", () => Results.Bytes(received.Times()));
        app.MapPost("/stop", () => app.Lifetime.StopApplication());
        app.Map("/in/{system}", async context =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var reader = context.Request.BodyReader;
            while (true)
            {
                var read = await reader.ReadAsync(context.RequestAborted);
                foreach (var segment in read.Buffer) hash.AppendData(segment.Span);
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }

            received.Add(context.Request.Headers["Hub-Message"].ToString(), hash.GetHashAndReset(), context.Request.Headers["Content-Digest"].ToString());
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        await app.StartAsync();
        Console.WriteLine("ready");
        await ((IHost)app).WaitForShutdownAsync();
        return 0;
    }

    /// <summary>The beginning of a message key, by which the processes of a run name it to each other.</summary>
    internal static ulong ShortKey(string key) => ulong.Parse(key.AsSpan(0, 16), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>When each message came first, by its short key: what <c>/times</c> answers.</summary>
    internal static Dictionary<ulong, long> ReadTimes(byte[] octets)
    {
        var pairs = MemoryMarshal.Cast<byte, ulong>(octets);
        var times = new Dictionary<ulong, long>(pairs.Length / 2);
        for (var i = 0; i < pairs.Length; i += 2) times[pairs[i]] = (long)pairs[i + 1];
        return times;
    }

    private sealed class Received
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<ulong, long> _keys = [];
        private long _count;

        internal SetDigest Digest { get; } = new();

        internal long Count => Volatile.Read(ref _count);

        internal long Repeated { get; private set; }

        internal long Damaged { get; private set; }

        internal void Add(string key, byte[] sha256, string contentDigest)
        {
            var (shortKey, now) = (ShortKey(key), TimeProvider.System.GetTimestamp());
            lock (_lock)
            {
                if (contentDigest != $"sha-256=:{Convert.ToBase64String(sha256)}:") Damaged++;
                if (!_keys.TryAdd(shortKey, now))
                {
                    Repeated++;
                    return;
                }
            }

            Digest.Add(key, sha256);
            Interlocked.Increment(ref _count);
        }

        internal byte[] Times()
        {
            lock (_lock)
            {
                var pairs = new ulong[_keys.Count * 2];
                var next = 0;
                foreach (var (key, at) in _keys) (pairs[next++], pairs[next++]) = (key, (ulong)at);
                return MemoryMarshal.AsBytes<ulong>(pairs).ToArray();
            }
        }
    }
}
