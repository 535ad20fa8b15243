using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Changes;

/// <summary>Who has to approve a change, and whom an approval counts for. Pure.</summary>
internal static class ApprovalPolicy
{
    /// <summary>A second operator.</summary>
    internal const string Operator = "operator";

    /// <summary>The provider of a service.</summary>
    internal const string Provider = "provider";

    /// <summary>How the names of those begin who are not on the bus yet.</summary>
    internal const string ApplicantPrefix = "applicant:";

    /// <summary>What the entry says when changes of trust apply at once.</summary>
    internal const string NobodyYet = "nobody: fewer than two operators are registered";

    /// <summary>Who an actor is, as far as a second person is concerned: whoever holds the socket is one person, whatever he calls himself.</summary>
    internal static string PersonOf(RegistryActor actor) =>
        actor.Person is { } person ? "person " + person : actor.System is { } system ? "system " + system
        : actor.Name.StartsWith(ApplicantPrefix, StringComparison.Ordinal) ? actor.Name : "socket";

    /// <summary>The approvals that a change of trust needs; empty when it may apply at once.</summary>
    /// <param name="trust">What adds trust, and no older key vouches for it.</param>
    /// <param name="actor">Who proposes.</param>
    /// <param name="before">The registry in force.</param>
    /// <param name="at">The instant.</param>
    internal static IReadOnlyList<ApprovalNeed> Needs(IReadOnlyList<TrustChange> trust, RegistryActor actor, RegistrySnapshot before, DateTimeOffset at)
    {
        // A system is no operator: what it changes of itself is looked at by one, whatever the policy lets operators do alone.
        var asked = actor.System is not null ? trust : FourEyes.InForce(before.People, at) ? [.. trust.Where(t => !before.Policy.SinglePerson.Contains(t.Kind))] : [];
        if (asked.Count == 0) return [];
        var why = string.Join("; ", asked.Take(3).Select(t => t.Why)) + (asked.Count > 3 ? $"; and {asked.Count - 3} more" : "");
        return [new ApprovalNeed(Operator, null, why)];
    }

    /// <summary>What the entry says of approval when changes of trust were not asked for any; null when there was no need by nature.</summary>
    internal static string? WithoutApproval(IReadOnlyList<TrustChange> trust, RegistrySnapshot before, DateTimeOffset at)
    {
        if (trust.Count == 0 || before.Version == 0) return null;
        return FourEyes.InForce(before.People, at)
            ? $"nobody: the policy lets one person do this ({string.Join(", ", trust.Select(t => t.Kind).Distinct())})"
            : NobodyYet;
    }

    /// <summary>A proposal with the needs that it has by now: what a stranger asked for before four eyes were in force needs two people
    /// since, as if he had asked today.</summary>
    internal static Proposal AsOf(Proposal proposal, RegistrySnapshot registry, DateTimeOffset at) =>
        proposal.Kind == "onboarding" && proposal.Actor.System is null && proposal.Needs.Count == 1 && FourEyes.InForce(registry.People, at)
            ? proposal with { Needs = [.. proposal.Needs, new ApprovalNeed(Operator, null, "two operators are registered by now, and nobody on the bus vouches for it")] }
            : proposal;

    /// <summary>Whether an actor can approve as an operator: a registered one in force; before four eyes are in force whoever holds the socket, too.</summary>
    internal static bool IsOperator(RegistryActor actor, RegistrySnapshot registry, DateTimeOffset at) => actor.System is null && (actor.Person is { } name
        ? registry.FindPerson(name) is { } person && FourEyes.CanAct(person, at)
        : !FourEyes.InForce(registry.People, at));

    /// <summary>The needs, by place, that an approval by this actor fulfils; empty when it fulfils none.</summary>
    /// <param name="proposal">The proposal.</param>
    /// <param name="actor">Who approves; never the proposer.</param>
    /// <param name="registry">The registry in force.</param>
    /// <param name="at">The instant.</param>
    internal static IReadOnlyList<int> Fulfils(Proposal proposal, RegistryActor actor, RegistrySnapshot registry, DateTimeOffset at)
    {
        var open = proposal.OpenNeeds.ToList();
        if (actor.System is { } system) return [.. open.Where(i => proposal.Needs[i] is { By: Provider } need && need.Agency == system.Agency)];
        if (!IsOperator(actor, registry, at)) return [];
        var alone = !FourEyes.InForce(registry.People, at);
        var again = !alone && proposal.Approvals.Any(a => a.Person == PersonOf(actor));
        if (again) return [];
        var operators = open.Where(i => proposal.Needs[i].By == Operator);
        var providers = open.Where(i => proposal.Needs[i] is { By: Provider, Agency: { } agency } && Speaks(actor, agency, registry, at));
        if (alone) return [.. operators, .. providers];
        // One person fills one part: who speaks for the hub does not speak for the provider as well.
        var first = operators.Take(1).ToList();
        return first.Count > 0 ? first : [.. providers];
    }

    private static bool Speaks(RegistryActor actor, AgencyCode agency, RegistrySnapshot registry, DateTimeOffset at) =>
        actor.Under is not { } under || SubtreePolicy.IsWithin(registry, agency, under, at);
}
