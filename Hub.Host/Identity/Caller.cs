using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Registry;

namespace Hub.Host.Identity;

/// <summary>What a caller may be; the scopes of access tokens.</summary>
[Flags]
internal enum Scopes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>An agency system acting for itself.</summary>
    System = 1,

    /// <summary>Runs the hub: all metadata, and changes.</summary>
    Operator = 2,

    /// <summary>Reads all metadata.</summary>
    Auditor = 4,

    /// <summary>With operator or auditor: may read content, giving a reason each time.</summary>
    Content = 8,
}

/// <summary>Who makes this request, as proven by its token or by the operator socket.</summary>
/// <param name="Actor">The name in the trail: a system address, or <c>operator:name</c>, <c>auditor:name</c>.</param>
/// <param name="Scopes">What it may.</param>
/// <param name="System">The system, when it is one.</param>
internal sealed record Caller(string Actor, Scopes Scopes, SystemAddress? System = null)
{
    /// <summary>The registered person, who proved himself with his own key; null for systems, for the operator socket and for
    /// tokens made there: whoever holds the socket is one person, whatever he calls himself.</summary>
    internal string? Person { get; init; }

    /// <summary>The agency within whose subtree an operator or auditor acts; null: everywhere.</summary>
    internal AgencyCode? Under { get; init; }

    /// <summary>Whether it sees messages of others than its own: all of them, or those within <see cref="Under"/>.</summary>
    internal bool SeesAll => (Scopes & (Scopes.Operator | Scopes.Auditor)) != 0;

    internal bool Has(Scopes scope) => (Scopes & scope) == scope;

    /// <summary>The caller as one who changes the registry.</summary>
    internal RegistryActor ToRegistryActor() => new(Actor, Person, System, Under);

    /// <exception cref="ProblemException"><c>not-allowed</c> when the caller is no system.</exception>
    internal SystemAddress RequireSystem() => System
        ?? throw ProblemCode.NotAllowed.With($"'{Actor}' is no agency system; only a system's own token works here.");

    /// <summary>For what concerns the whole hub.</summary>
    /// <exception cref="ProblemException"><c>outside-subtree</c> when the caller acts within a subtree.</exception>
    internal void RequireEverywhere(string what)
    {
        if (Under is { } under) throw ProblemCode.OutsideSubtree.With($"'{Actor}' acts under {under} only; {what} concerns the whole hub.");
    }
}

internal static class CallerExtensions
{
    /// <summary>The caller; endpoints that ask for one declare it with <see cref="CallerRequirement"/>.</summary>
    internal static Caller Caller(this HttpContext context) => context.Features.Get<Caller>()
        ?? throw ProblemCode.Unauthenticated.With("This request carries no access token.");
}
