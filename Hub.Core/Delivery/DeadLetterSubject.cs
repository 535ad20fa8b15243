using System.Globalization;
using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Core.Delivery;

/// <summary>What a note is about: one delivery, or a group of dead ones (<see cref="DeadGroup.Key"/>).</summary>
/// <param name="Delivery">Number of the delivery; null for a group.</param>
/// <param name="Group">Name of the group; null for a delivery.</param>
public sealed record DeadLetterSubject(long? Delivery, string? Group)
{
    /// <summary>Reads a delivery's number, or a group's name.</summary>
    /// <exception cref="ProblemException"><c>invalid-request</c>: it is neither.</exception>
    public static DeadLetterSubject Parse(string? text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0) return new DeadLetterSubject(id, null);
        return DeadGroup.TryParseKey(text, out _, out _)
            ? new DeadLetterSubject(null, text)
            : throw ProblemCode.InvalidRequest.With("Say what it is about: the number of a delivery, or a group such as H06.40/qlvb:recipient-failed (see the list of groups).");
    }

    /// <inheritdoc/>
    public override string ToString() => Group ?? Delivery!.Value.ToString(CultureInfo.InvariantCulture);
}
