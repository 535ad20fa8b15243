using System.Globalization;
using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Host.CommandLine;
using Hub.Host.Demo.Documents;
using Hub.Host.Demo.Processes;

namespace Hub.Host.Demo;

/// <summary>A district closes at an instant: the document that waits in its mailbox goes on to the province, a document written to it
/// afterwards goes there at once, and it sends nothing any more. Each of these with proof.</summary>
internal sealed class DemoReorganisation(DemoFolder folder, DemoWorld world, DemoRegistry registry, DemoPost post, DemoReport report)
{
    /// <summary>The district that closes. Its software is switched off, so that what it is sent stays in its mailbox.</summary>
    private const string Closing = "H06.46";

    private const string Why = $"successor-of:{Closing}";
    private static readonly SystemAddress Successor = SystemAddress.Parse("H06/qlvb");
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Plans it, waits for its instant, and judges what became of the documents.</summary>
    public async Task<IReadOnlyList<DemoCheck>> ShowAsync(CancellationToken stop)
    {
        report.Step($"A reorganisation: district {Closing} closes, the province takes over");
        var waiting = await post.SendAsync(Letter("Department to a district that is about to close"), stop);
        report.Sent(waiting);
        var on = TimeProvider.System.GetUtcNow() + Ahead;
        var planned = await PlanAsync(on, stop);
        var rehearsal = await HubProgram.RunAsync(stop, "registry", "rehearse", Text(on), "--data", folder.Hub);
        report.Line(rehearsal.Output.TrimEnd());

        var until = on - TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(50);
        if (until > TimeSpan.Zero) await Task.Delay(until, stop);
        var late = await post.SendAsync(Letter("Department to the district, after it closed"), stop);
        report.Sent(late);
        await ArrivedAsync([waiting, late], stop);

        var entries = await EntriesAsync(waiting, stop);
        report.Life(waiting, entries);
        var explained = await HubProgram.RunAsync(stop, "right", "explain", "--message", late.Sent.Key.Value, "--data", folder.Hub);
        return
        [
            new DemoCheck("A district's closing is planned ahead and takes effect by itself", planned, $"{Closing} closed at {Text(on)}"),
            new DemoCheck("The rehearsal told what would become of the open document", rehearsal.ExitCode == ExitCode.Ok && rehearsal.Output.Contains(Successor.ToString(), StringComparison.Ordinal), "hub registry rehearse"),
            Moved(waiting, await DeliveriesAsync(waiting, stop), entries),
            Redirected(late, await DeliveriesAsync(late, stop)),
            Attested(waiting, late),
            new DemoCheck("The decision about the late document is explained from the registry of its time", explained.ExitCode == ExitCode.Ok && explained.Output.Contains(Closing, StringComparison.Ordinal), explained.Output.Trim().Split('\n')[0]),
        ];
    }

    private static DemoLetter Letter(string title) => new(title, DocumentKind.Notice, "H06.09/qlvb", [Closing], EnvelopeEncoding.Json, [Successor]);

    private async Task<bool> PlanAsync(DateTimeOffset on, CancellationToken stop)
    {
        var file = folder.In("pki/registry-planned.yaml");
        await File.WriteAllTextAsync(file, registry.Yaml.TrimEnd() + string.Create(CultureInfo.InvariantCulture, $$"""

            reorganisations:
              - id: nq-minh-hoa
                on: {{Text(on)}}
                basis: "Nghị quyết minh họa: kết thúc hoạt động cấp huyện"
                acts:
                  - {act: dissolve, agency: {{Closing}}, successors: [{agency: {{Successor.Agency}}}], policy: redirect}

            """), stop);
        var outcome = await HubProgram.RunAsync(stop, "import", file, "--data", folder.Hub);
        return outcome.ExitCode == ExitCode.Ok ? true : throw new IOException($"hub import ended with {outcome.ExitCode}: {outcome.Error}{outcome.Output}");
    }

    private async Task ArrivedAsync(IReadOnlyList<DemoMessage> messages, CancellationToken stop)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begin) < Patience)
        {
            var settled = 0;
            foreach (var message in messages)
                if ((await DeliveriesAsync(message, stop)).Any(static delivery => delivery is { State: "acknowledged", Status: "03" })) settled++;
            if (settled == messages.Count) return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), stop);
        }
    }

    private static DemoCheck Moved(DemoMessage message, IReadOnlyList<DemoDelivery> deliveries, IReadOnlyList<JsonElement> entries)
    {
        var old = deliveries.SingleOrDefault(static delivery => delivery.Recipient.Agency.Value == Closing);
        var next = deliveries.SingleOrDefault(static delivery => delivery.Recipient == Successor);
        var told = entries.Any(static entry => entry.GetProperty("kind").GetString() == EntryKinds.DeliveryRedirected);
        return new DemoCheck(
            "The document that waited in the district's mailbox reached the province, and the log tells it",
            old is { State: "cancelled" } && next is { State: "acknowledged", Why: Why } && told, $"{message.Document.Code}: {next?.Why}");
    }

    private static DemoCheck Redirected(DemoMessage message, IReadOnlyList<DemoDelivery> deliveries) => new(
        "A document written to the closed district went to the province at once, as the sender's receipt says",
        deliveries is [{ State: "acknowledged", Why: Why }] && RedirectedFrom(message.Sent.Receipt) == $"{Closing}/qlvb", RedirectedFrom(message.Sent.Receipt) ?? "no word of it");

    private DemoCheck Attested(params IReadOnlyList<DemoMessage> messages)
    {
        var held = messages.Count(message => world[Successor].Documents.GetValueOrDefault(message.Sent.Key) is { Why: Why } document && document.Sha256 == message.Sha256);
        return new DemoCheck("The province got the same bytes with the hub's signed statement why", held == messages.Count, $"{held} of {messages.Count}: {Why}");
    }

    private static string? RedirectedFrom(Receipt receipt)
    {
        using var body = JsonDocument.Parse(receipt.Body);
        return body.RootElement.GetProperty("recipients")[0].TryGetProperty("redirectedFrom", out var from) ? from.GetString() : null;
    }

    private async Task<IReadOnlyList<DemoDelivery>> DeliveriesAsync(DemoMessage message, CancellationToken stop) =>
        DemoDelivery.Read(await world[message.From].Client.MessageAsync(message.Sent.Key, stop));

    private async Task<IReadOnlyList<JsonElement>> EntriesAsync(DemoMessage message, CancellationToken stop) =>
        [.. (await world[message.From].Client.EntriesAsync(message.Sent.Key, stop)).GetProperty("items").EnumerateArray()];

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
