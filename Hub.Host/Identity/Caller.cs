using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;

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
    /// <summary>Whether it sees messages of everybody.</summary>
    internal bool SeesAll => (Scopes & (Scopes.Operator | Scopes.Auditor)) != 0;

    internal bool Has(Scopes scope) => (Scopes & scope) == scope;

    /// <exception cref="ProblemException"><c>not-allowed</c> when the caller is no system.</exception>
    internal SystemAddress RequireSystem() => System
        ?? throw ProblemCode.NotAllowed.With($"'{Actor}' is no agency system; only a system's own token works here.");
}

internal static class CallerExtensions
{
    /// <summary>The caller; endpoints that ask for one declare it with <see cref="CallerRequirement"/>.</summary>
    internal static Caller Caller(this HttpContext context) => context.Features.Get<Caller>()
        ?? throw ProblemCode.Unauthenticated.With("This request carries no access token.");
}
