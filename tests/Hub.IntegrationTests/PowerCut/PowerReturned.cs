using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Hub.Contracts.Trail;
using Hub.IntegrationTests.Agencies;
using Hub.IntegrationTests.Faults;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.PowerCut;

/// <summary>Starts a hub on what a power cut left, and compares it with what the hub before had promised.</summary>
/// <param name="recording">The hub before.</param>
/// <param name="image">The folder.</param>
/// <param name="cut">The record at which the power went.</param>
[SupportedOSPlatform("linux")]
internal sealed class PowerReturned(Recording recording, string image, int cut)
{
    private readonly Traffic _traffic = recording.Traffic;
    private readonly List<string> _losses = [];

    /// <summary>What was promised and is not kept.</summary>
    internal async Task<IReadOnlyList<string>> FindLossesAsync(CancellationToken stop)
    {
        var promised = recording.Receipts.Where(r => r.Record <= cut).Select(r => _traffic.Ledger[r.Key]).Distinct().ToList();
        HubProcess hub;
        try
        {
            hub = await HubProcess.StartAsync(image, ["--address", "Z97/hub"], recording.Port);
        }
        catch (InvalidOperationException refused)
        {
            return [refused.Message];
        }

        await using (hub)
        {
            await Parallel.ForEachAsync(promised, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = stop }, async (sent, _) => await CompareAsync(hub.BaseAddress, sent));
            if (_losses.Count == 0) await DeliverAsync(hub.BaseAddress, promised, stop);
        }

        if (_losses.Count == 0) await VerifyLogAsync(promised);
        return _losses;
    }

    private async Task CompareAsync(Uri hub, Sent sent)
    {
        var (status, receipt) = await GetAsync(_traffic.Sender, hub, $"/api/v1/messages/{sent.Key}/receipt");
        // Of an answer that nobody received only that there is one is known.
        if (status != HttpStatusCode.OK || (sent.Receipt is not null && System.Text.Encoding.UTF8.GetString(receipt) != sent.Receipt)) Lost($"{sent.Number}: receipt {(int)status}");
        var (_, octets) = await GetAsync(_traffic.Sender, hub, $"/api/v1/messages/{sent.Key}/content");
        if (!octets.AsSpan().SequenceEqual(sent.Octets)) Lost($"{sent.Number}: content");
        if (sent.Upload is null) return;
        var (_, upload) = await GetAsync(_traffic.Sender, hub, $"/api/v1/messages/{sent.Key}/attachments/{Convert.ToHexStringLower(SHA256.HashData(sent.Upload))}");
        if (!upload.AsSpan().SequenceEqual(sent.Upload)) Lost($"{sent.Number}: upload");
    }

    /// <summary>What was not acknowledged is delivered now; what was, is not offered again.</summary>
    private async Task DeliverAsync(Uri hub, List<Sent> promised, CancellationToken stop)
    {
        var known = recording.Journal[cut].End;
        var facts = new SqliteFacts(image);
        var deadline = Environment.TickCount64 + 60_000;
        while (await facts.UnfinishedAsync() > 0)
        {
            if (Environment.TickCount64 > deadline)
            {
                Lost("deliveries are stuck");
                return;
            }

            foreach (var claim in await _traffic.Mailbox.ClaimAsync(hub, max: 50))
            {
                if (_traffic.Ledger[claim!["message"]!.GetValue<string>()] is { } sent && sent.AcknowledgedAt <= known) Lost($"{sent.Number}: acknowledgement");
                await _traffic.Mailbox.AckAsync(hub, claim["claim"]!.GetValue<string>());
            }

            await Task.Delay(20, stop);
        }

        foreach (var recipient in new[] { "Z97.01/sink", "Z97.02/mailbox" })
        {
            var ended = await facts.EndedAsync(recipient);
            foreach (var sent in promised.Where(sent => !ended.Contains(sent.Key))) Lost($"{sent.Number}: delivery to {recipient}");
        }

        foreach (var sent in promised.Where(sent => _traffic.Sink.Received.GetValueOrDefault(sent.Key) != sent.Sha256)) Lost($"{sent.Number}: never pushed");
    }

    /// <summary>The newest checkpoint that a receipt showed is a prefix of the log.</summary>
    private async Task VerifyLogAsync(List<Sent> promised)
    {
        var since = image + ".checkpoint";
        var newest = promised.Where(static sent => sent.Receipt is not null).Select(static sent => Receipt.Parse(sent.Receipt!).Proof.CheckpointNote).MaxBy(static note => Checkpoint.Parse(SignedNote.UnverifiedText(note)).Size);
        await File.WriteAllTextAsync(since, newest);
        var verdict = await HubProcess.RunAsync("log", "verify", "--data", image, "--since", since);
        if (verdict.ExitCode != 0) Lost(verdict.ToString());
    }

    private static async Task<(HttpStatusCode Status, byte[] Body)> GetAsync(TestAgency agency, Uri hub, string path)
    {
        using var answer = await agency.GetAsync(hub, path);
        return (answer.StatusCode, await answer.Content.ReadAsByteArrayAsync());
    }

    private void Lost(string what)
    {
        lock (_losses) _losses.Add(what);
    }
}
