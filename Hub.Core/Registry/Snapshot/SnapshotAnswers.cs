using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;

namespace Hub.Core.Registry;

/// <summary>A system that a message goes to, and why.</summary>
/// <param name="System">The system.</param>
/// <param name="Role">Main or info; main wins when it is named twice.</param>
/// <param name="Why"><c>direct</c>, <c>agency:code</c>, <c>group:name@version</c> (<c>group:name@version.rV</c> for a group by rule, where
/// V is the version of the registry that was in force), or after a reorganisation <c>successor-of:code</c>.</param>
public sealed record ResolvedRecipient(AgencySystem System, RecipientRole Role, string Why)
{
    /// <summary>The closed agency (or system of it) that was addressed, when a successor gets it; rights are then judged on this.</summary>
    public Redirection? Redirection { get; init; }

    /// <summary>Whether only groups name it; false when it, or its agency, is addressed itself besides.</summary>
    public bool ByGroup { get; init; }
}

/// <summary>That a successor gets what was addressed to a closed agency.</summary>
/// <param name="Agency">The closed agency.</param>
/// <param name="System">Its system that would have got it, when it still stands in the registry.</param>
/// <param name="Reorganisation">By which reorganisation.</param>
/// <param name="On">When that took effect.</param>
public sealed record Redirection(AgencyCode Agency, SystemAddress? System, string Reorganisation, DateTimeOffset On);

/// <summary>What a right is asked about besides the addresses.</summary>
/// <param name="Priority">0 to 4.</param>
/// <param name="Size">Bytes of the envelope.</param>
/// <param name="Sealed">Whether the payload is sealed.</param>
/// <param name="Attachments">Whether it has attachments.</param>
public readonly record struct MessageFacts(int Priority, long Size = 0, bool Sealed = false, bool Attachments = false);

/// <summary>Why something is allowed or denied.</summary>
/// <param name="Allowed">Whether it is.</param>
/// <param name="Right">Id of the right that decided; null when denied.</param>
/// <param name="Lines">The reasoning for people: what was considered, and why each right that names the pair did or did not
/// cover it.</param>
public sealed record RightDecision(bool Allowed, string? Right, IReadOnlyList<string> Lines);
