using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Hub.Benchmarks.Processes;
using Hub.Contracts.Envelopes;

namespace Hub.Benchmarks.Large;

/// <summary>A large attachment: uploaded in pieces, named by a message, fetched again; what it costs in time and memory.</summary>
internal static class LargeScenario
{
    private const int Piece = 16 << 20;
    private static readonly TimeProvider Clock = TimeProvider.System;

    internal static async Task<int> RunAsync(int mebibytes)
    {
        await using var hub = await OneHub.PrepareAsync();
        await hub.ServeAsync();
        // The first is for the compiler.
        await PassAsync(hub, "warm", 8L << 20);
        await Task.Delay(TimeSpan.FromSeconds(2));
        var before = Footprint.Now(hub.Process.Id);
        Footprint.Forget(hub.Process.Id);
        var (up, down) = await PassAsync(hub, "large", (long)mebibytes << 20);
        var extra = (Footprint.Peak(hub.Process.Id) - before) / 1048576.0;
        Result[] results =
        [
            new($"{mebibytes} MiB uploaded, synced", Math.Round(up, 1), "MB/s", 100, up >= 100),
            new($"{mebibytes} MiB fetched", Math.Round(down, 1), "MB/s", 100, down >= 100),
            new("extra memory of the hub", Math.Round(extra, 1), "MiB", 64, extra <= 64),
        ];
        foreach (var result in results) Console.WriteLine($"{result.Case,-40} {result.Value,10} {result.Unit}");
        Report.Print("large", results);
        return 0;
    }

    private static async Task<(double Up, double Down)> PassAsync(OneHub hub, string id, long size)
    {
        var path = Path.Combine(hub.Folder, id);
        await WriteAsync(path, size);
        await using var file = File.OpenRead(path);
        var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
        var begun = Clock.GetTimestamp();
        await UploadAsync(hub, file, digest);
        var key = await hub.SendAsync(id, "Z97/sink-1", 1024, [new Attachment { Name = $"{id}.bin", MediaType = "application/octet-stream", Size = size, Sha256 = digest }]);
        var up = size / 1e6 / Clock.GetElapsedTime(begun).TotalSeconds;
        begun = Clock.GetTimestamp();
        await using var content = await hub.Http.GetStreamAsync(new Uri($"{hub.Url}/api/v1/messages/{key}/attachments/{digest}"));
        var fetched = Convert.ToHexStringLower(await SHA256.HashDataAsync(content));
        var down = size / 1e6 / Clock.GetElapsedTime(begun).TotalSeconds;
        return fetched == digest ? (up, down) : throw new InvalidOperationException("What was fetched is not what was sent.");
    }

    private static async Task UploadAsync(OneHub hub, FileStream file, string digest)
    {
        using var begin = await hub.Http.PostAsJsonAsync(new Uri($"{hub.Url}/api/v1/uploads"), new { sha256 = digest, size = file.Length });
        await OneHub.RequireAsync(begin);
        var piece = new byte[Piece];
        file.Position = 0;
        for (var offset = 0L; offset < file.Length;)
        {
            var read = await file.ReadAtLeastAsync(piece, Piece, throwOnEndOfStream: false);
            using var content = new ByteArrayContent(piece, 0, read) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
            using var request = new HttpRequestMessage(HttpMethod.Patch, new Uri($"{hub.Url}/api/v1/uploads/{digest}")) { Content = content };
            request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
            using var answer = await hub.Http.SendAsync(request);
            await OneHub.RequireAsync(answer);
            offset += read;
        }
    }

    private static async Task WriteAsync(string path, long size)
    {
        await using var file = File.Create(path);
        var block = new byte[1 << 20];
        for (var written = 0L; written < size; written += block.Length)
        {
            RandomNumberGenerator.Fill(block);
            await file.WriteAsync(block.AsMemory(0, (int)Math.Min(block.Length, size - written)));
        }
    }
}
