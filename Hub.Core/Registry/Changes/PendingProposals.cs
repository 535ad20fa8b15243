using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Core.Registry.Changes;

/// <summary>The proposals that wait, by id, and since when: bounds their number without asking the store. Used by one change at a time.</summary>
internal sealed class PendingProposals
{
    private const int MaxApplications = Proposal.MaxPending / 2;
    private const int MaxOfOne = 5;
    private readonly Dictionary<string, (DateTimeOffset Created, string? Applicant)> _waiting = new(StringComparer.Ordinal);

    internal int Count => _waiting.Count;

    /// <summary>Makes it what the store says.</summary>
    internal async ValueTask LoadAsync(IHubStore store, CancellationToken cancellationToken)
    {
        _waiting.Clear();
        string? cursor = null;
        do
        {
            var page = await store.ListProposalsAsync("pending", cursor, 200, cancellationToken);
            foreach (var proposal in page.Items) Add(Proposal.Read(proposal));
            cursor = page.Next;
        }
        while (cursor is not null);
    }

    /// <summary>Adds those that other nodes made since: the newest, until none is new. What they decided stays counted until then.</summary>
    internal async ValueTask FollowAsync(IHubStore store, CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var page = await store.ListProposalsAsync("pending", cursor, 50, cancellationToken);
            var fresh = page.Items.Where(p => !_waiting.ContainsKey(p.Id)).ToList();
            foreach (var proposal in fresh) Add(Proposal.Read(proposal));
            cursor = fresh.Count > 0 ? page.Next : null;
        }
        while (cursor is not null);
    }

    internal void Add(Proposal proposal) => _waiting[proposal.Id] = (proposal.Created, ApplicantOf(proposal.Actor, proposal.Request));

    /// <summary>Whose places a proposal takes: a stranger's or a system's own few; null for operators.</summary>
    internal static string? ApplicantOf(RegistryActor actor, System.Text.Json.Nodes.JsonObject? request) => request is null && actor.System is null ? null : actor.Name;

    internal void Remove(string id) => _waiting.Remove(id);

    /// <summary>Those of an applicant or a system.</summary>
    internal IReadOnlyList<string> Of(string applicant) => [.. _waiting.Where(p => p.Value.Applicant == applicant).Select(p => p.Key)];

    /// <summary>Those that have waited too long.</summary>
    internal IReadOnlyList<string> Expired(DateTimeOffset at) => [.. _waiting.Where(p => p.Value.Created + Proposal.Patience <= at).Select(p => p.Key)];

    /// <summary>Whether there is place for one more. Applicants and systems get half of the places, and each of them few, so that they cannot keep
    /// operators from proposing.</summary>
    /// <param name="applicant">Who applies to be on the bus, or the system that asks for itself; null for operators.</param>
    /// <exception cref="ProblemException"><c>rate-limited</c>.</exception>
    internal void CheckPlace(string? applicant)
    {
        if (_waiting.Count >= Proposal.MaxPending) throw Full(_waiting.Count, Proposal.MaxPending, "proposals wait");
        if (applicant is null) return;
        var applications = _waiting.Values.Count(w => w.Applicant is not null);
        if (applications >= MaxApplications) throw Full(applications, MaxApplications, "requests wait");
        var own = _waiting.Values.Count(w => w.Applicant == applicant);
        if (own >= MaxOfOne) throw Full(own, MaxOfOne, $"requests of {applicant} wait");
    }

    private static ProblemException Full(int count, int limit, string what) => new(new Problem(
        ProblemCode.RateLimited, $"{count} {what} for approval already; the limit is {limit}. Have some of them decided first.") { RetryAfter = TimeSpan.FromHours(1) });
}
