using System.Text.Json;
using Hub.Contracts.Addresses;

namespace Hub.Host.Demo;

/// <summary>One delivery as the sender sees it at the hub.</summary>
/// <param name="Recipient">The receiving system.</param>
/// <param name="State">Its state.</param>
/// <param name="Attempts">Attempts or claims.</param>
/// <param name="Why">Why this system gets the message.</param>
/// <param name="Outcome">The recipient's outcome.</param>
/// <param name="Status">Its last business status.</param>
/// <param name="Reason">Its reason.</param>
/// <param name="AssertedBy">Who says so.</param>
internal sealed record DemoDelivery(
    SystemAddress Recipient, string State, int Attempts, string Why, string? Outcome, string? Status, string? Reason, string? AssertedBy)
{
    /// <summary>The deliveries of a message's state.</summary>
    public static IReadOnlyList<DemoDelivery> Read(JsonElement message) =>
    [
        .. message.GetProperty("deliveries").EnumerateArray().Select(static delivery => new DemoDelivery(
            SystemAddress.Parse(delivery.GetProperty("recipient").GetString()!), Text(delivery, "state")!, delivery.GetProperty("attempts").GetInt32(),
            Text(delivery, "why")!, Text(delivery, "outcome"), Text(delivery, "status"), Text(delivery, "reason"), Text(delivery, "assertedBy"))),
    ];

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
