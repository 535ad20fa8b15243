using System.Text.Json.Nodes;

namespace Hub.Core.Registry.Changes;

/// <summary>How a change came.</summary>
/// <param name="Kind"><c>change</c>, <c>import</c> or <c>onboarding</c>.</param>
/// <param name="Whole">Whether it states the whole registry: then its entry names the digest of the document.</param>
internal sealed record Origin(string Kind, bool Whole = false)
{
    /// <summary>Approvals that it needs in any case, besides those that its changes need.</summary>
    internal IReadOnlyList<Hub.Core.Registry.ApprovalNeed> Needs { get; init; } = [];

    /// <summary>What an applicant asked for.</summary>
    internal JsonObject? Request { get; init; }

    /// <summary>A change of some objects.</summary>
    internal static Origin Change { get; } = new("change");
}
