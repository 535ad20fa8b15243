using Hub.Contracts.Trail;
using Hub.Host.CommandLine;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.Faults;

/// <summary>What must hold at the end, whatever happened.</summary>
internal static class Truth
{
    /// <summary>Waits until everything receipted has arrived and nothing is under way.</summary>
    internal static async Task DrainedAsync(Traffic traffic, Func<string> log, Facts facts, CancellationToken stop)
    {
        var deadline = Environment.TickCount64 + 90_000;
        while (!traffic.Ledger.Values.All(static sent => sent.Arrived) || await facts.UnfinishedAsync() > 0)
        {
            if (Environment.TickCount64 > deadline)
            {
                var late = traffic.Ledger.Values.Where(static sent => !sent.Arrived).Select(static s => $"{s.Number} pushed {s.PushedAt} claimed {s.ClaimedAt} {s.Conversation}");
                Assert.Fail($"Something is stuck: {await facts.UnfinishedAsync()} deliveries are not over 90 s after the last fault; not arrived: {string.Join("; ", late.Take(20))}\n{log()}");
            }

            await Task.Delay(100, stop);
        }
    }

    /// <summary>Everything that the fixtures promise in common.</summary>
    internal static async Task HoldsAsync(Traffic traffic, string data, Facts facts, CheckpointWatch checkpoints, NoteVerifier key, CancellationToken stop)
    {
        var receipted = traffic.Receipted.ToList();
        Assert.Multiple(() =>
        {
            Assert.That(traffic.Witness.Wrong, Is.Empty, "answers");
            Assert.That(traffic.Wrong, Is.Empty, "recipients");
            Assert.That(traffic.Contradictions, Is.Empty, "octets");
            Assert.That(receipted, Has.Count.EqualTo(traffic.Ledger.Count), "In the end every sender gets its receipt.");
            foreach (var ((recipient, conversation), numbers) in traffic.Arrivals) Assert.That(numbers, Is.Ordered.Ascending, $"{conversation} at the {recipient}");
        });
        var places = ReceiptsHold(receipted, checkpoints, key);
        foreach (var sent in receipted.Take(60))
            for (var node = 0; node < traffic.Witness.Nodes.Count; node++) Assert.That(await traffic.ReceiptAsync(node, sent), Is.EqualTo(sent.Receipt), "The receipt given is the receipt for ever, at every node.");
        await LogHoldsAsync(receipted, places, facts, checkpoints, stop);
        await AppDidOnceAsync(receipted.Where(static sent => sent.ToArchive).ToList(), facts, stop);
        var verdict = await HubProcess.RunAsync("log", "verify", "--data", data);
        Assert.That(verdict.ExitCode, Is.Zero, verdict.ToString());
    }

    private static Dictionary<long, Sent> ReceiptsHold(List<Sent> receipted, CheckpointWatch checkpoints, NoteVerifier key)
    {
        Dictionary<long, Sent> places = [];
        List<string> broken = [];
        foreach (var sent in receipted)
        {
            var receipt = Receipt.Parse(sent.Receipt!);
            broken.AddRange(receipt.Verify(key, sent.Octets).Failures);
            checkpoints.Take(receipt.Proof.CheckpointNote, $"receipt of {sent.Number}");
            if (!places.TryAdd(receipt.Proof.Index, sent)) broken.Add($"two receipts name entry {receipt.Proof.Index}");
        }

        Assert.That(broken, Is.Empty, "receipts");
        return places;
    }

    /// <summary>Grows the tree from the entries and compares it with every checkpoint that anybody was given.</summary>
    private static async Task LogHoldsAsync(List<Sent> receipted, Dictionary<long, Sent> places, Facts facts, CheckpointWatch checkpoints, CancellationToken stop)
    {
        Dictionary<string, int> accepted = new(StringComparer.Ordinal);
        List<string> broken = [.. checkpoints.Wrong];
        var tree = new CompactTree();
        await foreach (var header in facts.HeadersAsync(stop))
        {
            var entry = EntryHeader.Parse(header);
            if (entry is { Kind: EntryKinds.MessageAccepted, Key: { } message }) accepted[message] = accepted.GetValueOrDefault(message) + 1;
            if (places.Remove(tree.Size, out var sent) && entry.Key != sent.Key) broken.Add($"entry {tree.Size} is not what receipt {sent.Number} says");
            tree.Add(MerkleTree.LeafHash(header));
            if (checkpoints.Seen.Remove(tree.Size, out var root) && root != Convert.ToBase64String(tree.Root())) broken.Add($"a checkpoint of size {tree.Size} has another root than the log");
        }

        broken.AddRange(checkpoints.Seen.Keys.Select(static size => $"a checkpoint was given for {size} entries, which the log does not have"));
        broken.AddRange(places.Values.Select(static sent => $"the entry of receipt {sent.Number} is gone"));
        broken.AddRange(receipted.Where(sent => accepted.GetValueOrDefault(sent.Key) != 1).Select(sent => $"{sent.Number} was accepted {accepted.GetValueOrDefault(sent.Key)} times"));
        Assert.That(broken, Is.Empty, "log");
    }

    /// <summary>The app answers each document twice (01, 03) and files it once.</summary>
    private static async Task AppDidOnceAsync(List<Sent> filed, Facts facts, CancellationToken stop)
    {
        Dictionary<string, long> answers = new(StringComparer.Ordinal);
        await foreach (var (key, count) in facts.AnswersOfArchiveAsync(stop))
            answers[key] = count;
        List<string> documents = [];
        await foreach (var document in facts.DocumentsOfArchiveAsync(stop)) documents.Add(document);
        Assert.Multiple(() =>
        {
            Assert.That(filed.Where(sent => answers.GetValueOrDefault(sent.Key) != 2).Select(sent => $"{sent.Number}: {answers.GetValueOrDefault(sent.Key)}"), Is.Empty, "answers of the app");
            Assert.That(answers.Keys.Except(filed.Select(static sent => sent.Key)), Is.Empty, "answers of the app to what was not sent");
            Assert.That(documents, Has.Count.EqualTo(filed.Count), "filed");
            Assert.That(documents.Where(static d => !d.Contains("\"duplicateOf\":null", StringComparison.Ordinal)), Is.Empty, "filed as if it had come before");
        });
    }
}
