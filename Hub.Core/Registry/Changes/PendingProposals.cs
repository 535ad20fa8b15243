using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Core.Registry.Changes;

/// <summary>The proposals that wait, by id, and since when: bounds their number without asking the store. Used by one change at a time.</summary>
internal sealed class PendingProposals
{
    private readonly Dictionary<string, DateTimeOffset> _created = new(StringComparer.Ordinal);

    internal int Count => _created.Count;

    internal async ValueTask LoadAsync(IHubStore store, CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var page = await store.ListProposalsAsync("pending", cursor, 200, cancellationToken);
            foreach (var proposal in page.Items) _created[proposal.Id] = proposal.Created;
            cursor = page.Next;
        }
        while (cursor is not null);
    }

    internal void Add(Proposal proposal) => _created[proposal.Id] = proposal.Created;

    internal void Remove(string id) => _created.Remove(id);

    /// <summary>Those that have waited too long.</summary>
    internal IReadOnlyList<string> Expired(DateTimeOffset at) => [.. _created.Where(p => p.Value + Proposal.Patience <= at).Select(p => p.Key)];

    /// <exception cref="ProblemException"><c>rate-limited</c>.</exception>
    internal void CheckPlace()
    {
        if (_created.Count < Proposal.MaxPending) return;
        throw ProblemCode.RateLimited.With($"{_created.Count} proposals wait for approval already; the limit is {Proposal.MaxPending}. Have some of them decided first.");
    }
}
