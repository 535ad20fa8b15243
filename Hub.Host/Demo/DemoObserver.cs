using System.Diagnostics;
using System.Text.Json;
using Hub.Contracts.Envelopes;
using Hub.Host.Demo.Agencies;

namespace Hub.Host.Demo;

/// <summary>Looks at the agencies and at the hub, from outside.</summary>
internal sealed class DemoObserver(DemoWorld world, DemoStory story)
{
    private readonly Dictionary<MessageKey, IReadOnlyList<DemoDelivery>> _deliveries = [];

    /// <summary>Waits until every message has reached its end, or the time is over.</summary>
    public async Task SettleAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
            foreach (var message in story.Messages.Where(message => !IsSettled(message)))
                _deliveries[message.Sent.Key] = DemoDelivery.Read(await world[message.From].Client.MessageAsync(message.Sent.Key, cancellationToken));
        }
        while (watch.Elapsed < patience && !story.Messages.All(IsSettled));
    }

    /// <summary>A message's deliveries as last seen.</summary>
    public IReadOnlyList<DemoDelivery> Deliveries(DemoMessage message) => _deliveries.GetValueOrDefault(message.Sent.Key) ?? [];

    /// <summary>A delivery as last seen.</summary>
    public DemoDelivery? Delivery(DemoMessage message, ExpectedRecipient recipient) =>
        Deliveries(message).FirstOrDefault(delivery => delivery.Recipient == recipient.System);

    /// <summary>The document as the recipient has it; null when it has none, or no program of this demonstration.</summary>
    public ReceivedDocument? Received(DemoMessage message, ExpectedRecipient recipient) =>
        world.Programs.FirstOrDefault(program => program.Self == recipient.System)?.Documents.GetValueOrDefault(message.Sent.Key);

    /// <summary>How it reached the recipient: <c>pull</c>, <c>push</c>, or <c>app</c> for an app on the bus.</summary>
    public string Way(DemoMessage message, ExpectedRecipient recipient) =>
        world.Programs.Any(program => program.Self == recipient.System) ? Received(message, recipient)?.Way ?? "not yet" : "app";

    /// <summary>The answers that came back to the sender from one recipient.</summary>
    public IReadOnlyList<ReceivedAnswer> Answers(DemoMessage message, ExpectedRecipient recipient) =>
    [
        .. world[message.From].Answers.Where(answer => answer.From == recipient.System && answer.Answer.Message == message.Sent.Key)
            .OrderBy(static answer => answer.Answer.Status, StringComparer.Ordinal),
    ];

    /// <summary>The trail's entries of a message, as its sender sees them.</summary>
    public async Task<IReadOnlyList<JsonElement>> EntriesAsync(DemoMessage message, CancellationToken cancellationToken)
    {
        var list = await world[message.From].Client.EntriesAsync(message.Sent.Key, cancellationToken);
        return [.. list.GetProperty("items").EnumerateArray()];
    }

    private bool IsSettled(DemoMessage message) => message.Expected.All(recipient =>
        Delivery(message, recipient)?.State == "acknowledged"
        && Delivery(message, recipient)?.Status == recipient.Statuses[^1]
        && Answers(message, recipient).Count >= recipient.Statuses.Count);
}
