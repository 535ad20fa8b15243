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

    private sealed class Received
    {
        private readonly Lock _lock = new();
        private readonly HashSet<UInt128> _keys = [];
        private long _count;

        internal SetDigest Digest { get; } = new();

        internal long Count => Volatile.Read(ref _count);

        internal long Repeated { get; private set; }

        internal long Damaged { get; private set; }

        internal void Add(string key, byte[] sha256, string contentDigest)
        {
            var short128 = UInt128.Parse(key.AsSpan(0, 32), System.Globalization.NumberStyles.HexNumber);
            lock (_lock)
            {
                if (contentDigest != $"sha-256=:{Convert.ToBase64String(sha256)}:") Damaged++;
                if (!_keys.Add(short128))
                {
                    Repeated++;
                    return;
                }
            }

            Digest.Add(key, sha256);
            Interlocked.Increment(ref _count);
        }
    }
}
