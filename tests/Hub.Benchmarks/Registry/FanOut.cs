using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Hub.Benchmarks.Processes;
using Hub.Benchmarks.Throughput;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Signatures;

namespace Hub.Benchmarks.Registry;

/// <summary>One document to every member of a group, accepted by the shipped hub with default security and durability.</summary>
internal static class FanOut
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    internal static async Task MeasureAsync(RegistryOptions options, string data, string senderPem, List<Result> results)
    {
        var hubUrl = $"http://127.0.0.1:{Ports.Free()}";
        await using var hub = ChildProcess.StartDotnet(Path.Combine(AppContext.BaseDirectory, "hub.dll"), "serve", "--data", data, "--listen", hubUrl);
        _ = hub.Output.ReadToEndAsync();
        using var http = LoopbackHttp.Create();
        await HubLine.WaitReadyAsync(http, hubUrl, hub);
        var signer = LocalSigner.FromPem("k1", senderPem, SignatureAlgorithm.Es256);
        var token = await AccessToken.GetAsync(http, hubUrl, BenchmarkCountry.Sender.ToString(), signer, Clock);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var group in new[] { "communes", "communes-by-rule" })
        {
            var times = new List<double>();
            for (var i = 0; i < options.FanOut; i++) times.Add(await SendAsync(http, hubUrl, signer, group, i));
            RegistryScenario.Add(results, $"10 KB to {options.Members} mailboxes by group {group}, first", times[0], "s", 1);
            if (times.Count > 1) RegistryScenario.Add(results, $"10 KB to {options.Members} mailboxes by group {group}, slowest of {times.Count - 1} more", times.Skip(1).Max(), "s", 1);
        }

        RegistryScenario.Add(results, "peak working set of the hub process", hub.PeakMemory / 1048576.0, "MiB");
    }

    private static async Task<double> SendAsync(HttpClient http, string hubUrl, LocalSigner signer, string group, int number)
    {
        var envelope = new Envelope
        {
            Id = $"fan-{group}-{number}",
            Type = BenchmarkCountry.Document,
            From = BenchmarkCountry.Sender,
            To = [new Recipient(RecipientAddress.Parse("group:" + group), RecipientRole.Main)],
            Created = DateTimeOffset.FromUnixTimeMilliseconds(Clock.GetUtcNow().ToUnixTimeMilliseconds()),
            Subject = "Công điện",
            Payload = new Payload { Form = PayloadForm.Json, MediaType = "application/json", Data = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new string('x', 10_000))) },
        };
        using var content = new ByteArrayContent(await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, signer));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(EnvelopeCodec.MediaTypeOf(EnvelopeEncoding.Json));
        var begin = Clock.GetTimestamp();
        using var answer = await http.PostAsync(new Uri($"{hubUrl}/api/v1/messages"), content);
        var elapsed = Clock.GetElapsedTime(begin).TotalSeconds;
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return elapsed;
    }
}
