using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Hub.Contracts.Addresses;

/// <summary>A service and its version as an envelope names it, e.g. <c>vn.document.v1</c>: lower-case dotted words, the
/// last one <c>v</c> and a number; at most 100 characters.</summary>
public readonly partial record struct MessageType
{
    /// <summary><c>hub.ack.v1</c>: the recipient's acknowledgement.</summary>
    public static readonly MessageType Acknowledgement = new("hub.ack.v1");

    /// <summary><c>hub.delivery-failed.v1</c>: the hub's word to the sender that a delivery died or expired.</summary>
    public static readonly MessageType DeliveryFailed = new("hub.delivery-failed.v1");

    /// <summary><c>hub.notice.v1</c>: the hub tells a system something that its people should know, e.g. that a key expires.</summary>
    public static readonly MessageType Notice = new("hub.notice.v1");

    private MessageType(string value) => Value = value;

    /// <summary>The type as written.</summary>
    public string Value { get; }

    /// <summary>Reads a type; false when it has not the shape.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MessageType type)
    {
        type = default;
        if (text is null || text.Length > 100 || !Shape().IsMatch(text)) return false;
        type = new MessageType(text);
        return true;
    }

    /// <summary>Reads a type.</summary>
    /// <exception cref="FormatException">The text has not the shape.</exception>
    public static MessageType Parse(string text) => TryParse(text, out var type)
        ? type
        : throw new FormatException($"'{text}' is not a message type. Write lower-case dotted words ending in a version, e.g. vn.document.v1.");

    /// <inheritdoc/>
    public override string ToString() => Value;

    [GeneratedRegex(@"^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*\.v[1-9][0-9]{0,3}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();
}
