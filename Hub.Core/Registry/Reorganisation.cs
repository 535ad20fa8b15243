using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>A reorganisation of agencies that takes effect at one instant, by itself: decisions ask for the state of an agency
/// at their own instant. It may be planned years ahead, and withdrawn until its instant.</summary>
/// <param name="Id">Its name, e.g. <c>nq-202-2025</c>.</param>
/// <param name="On">When it takes effect.</param>
/// <param name="Basis">The decision that orders it, e.g. <c>Nghị quyết 202/2025/QH15</c>.</param>
/// <param name="Acts">What it does, in order.</param>
public sealed record Reorganisation(string Id, DateTimeOffset On, string Basis, IReadOnlyList<ReorganisationAct> Acts);

/// <summary>What an act does to one agency.</summary>
public enum ActKind
{
    /// <summary>It gets another name.</summary>
    Rename,

    /// <summary>It gets another parent, and perhaps another level.</summary>
    Move,

    /// <summary>It closes; exactly one successor takes everything over.</summary>
    Merge,

    /// <summary>Its functions go to several successors; it closes unless <see cref="ReorganisationAct.Closes"/> is false.</summary>
    Split,

    /// <summary>It closes; successors, if any, take over by scope.</summary>
    Dissolve,

    /// <summary>A closed one is open again, and has no successors any more: undoes an act that should not have been.</summary>
    Reopen,
}

/// <summary>What becomes of messages to a closed agency.</summary>
public enum ClosedPolicy
{
    /// <summary>They go to the successor in whose scope they fall, with a delivery statement and an entry that say so.</summary>
    Redirect,

    /// <summary>They are refused with the names of the successors.</summary>
    Refuse,
}

/// <summary>One act on one agency.</summary>
public sealed record ReorganisationAct
{
    /// <summary>What it does.</summary>
    public required ActKind Act { get; init; }

    /// <summary>The agency.</summary>
    public required AgencyCode Agency { get; init; }

    /// <summary>New name, for a rename.</summary>
    public string? Name { get; init; }

    /// <summary>New parent, for a move.</summary>
    public AgencyCode? Parent { get; init; }

    /// <summary>New level, for a move.</summary>
    public string? Level { get; init; }

    /// <summary>Who takes over, for merge, split and dissolve.</summary>
    public IReadOnlyList<Successor> Successors { get; init; } = [];

    /// <summary>Whether messages to it are redirected or refused from then on.</summary>
    public ClosedPolicy Policy { get; init; }

    /// <summary>Whether successors have the rights that name it, within their scope (true).</summary>
    public bool InheritRights { get; init; } = true;

    /// <summary>Whether a split agency closes (true).</summary>
    public bool Closes { get; init; } = true;
}

/// <summary>Who takes over from a closed agency.</summary>
/// <param name="Agency">The successor.</param>
/// <param name="Scope">What it takes over: message types, functions of services, or <c>*</c> for all that no other names.</param>
public sealed record Successor(AgencyCode Agency, IReadOnlyList<string> Scope);

/// <summary>Another code of an agency, valid for a time. No code is ever given to a second agency.</summary>
/// <param name="Scheme"><c>qd20</c>, <c>qcvn102</c> or <c>territory</c>.</param>
/// <param name="Code">The code as written.</param>
/// <param name="Agency">Whose it is, by the code in force.</param>
/// <param name="ValidFrom">From, inclusive.</param>
/// <param name="ValidUntil">Until, exclusive.</param>
public sealed record CodeEntry(string Scheme, string Code, AgencyCode Agency, DateTimeOffset? ValidFrom = null, DateTimeOffset? ValidUntil = null);

/// <summary>What an agency is at one instant, reorganisations applied.</summary>
/// <param name="Agency">Its record.</param>
/// <param name="Name">Its name then.</param>
/// <param name="Level">Its level then.</param>
/// <param name="Parent">The agency above it then.</param>
/// <param name="IsOpen">Whether it exists then.</param>
/// <param name="Closure">How it was closed, or what was split off from it; null when nothing was.</param>
public sealed record AgencyState(Agency Agency, string Name, string Level, AgencyCode? Parent, bool IsOpen, AgencyClosure? Closure)
{
    /// <summary>Every act by which it gave something away and that was not undone, the latest first.</summary>
    internal IReadOnlyList<AgencyClosure> Handovers { get; init; } = [];
}

/// <summary>How an agency was closed or split.</summary>
/// <param name="Reorganisation">By which reorganisation; null when its own interval simply ended.</param>
/// <param name="On">When.</param>
/// <param name="Act">The act; null when its own interval simply ended.</param>
public sealed record AgencyClosure(string? Reorganisation, DateTimeOffset On, ReorganisationAct? Act);
