using System.Collections.Frozen;
using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>Rights by the pair of patterns they are written with: a decision costs a few look-ups, however many there are.</summary>
internal sealed class RightsTable(IReadOnlyList<Right> rights)
{
    private readonly FrozenDictionary<(string From, string To), Right[]> _byPair = rights
        .GroupBy(r => (r.From, r.To))
        .ToFrozenDictionary(g => g.Key, g => g.ToArray());

    internal bool Allows(IReadOnlyList<string> from, MessageType type, IReadOnlyList<string> to, int priority, DateTimeOffset at)
    {
        foreach (var sender in from)
        {
            foreach (var recipient in to)
            {
                if (_byPair.TryGetValue((sender, recipient), out var candidates)
                    && Array.Exists(candidates, right => Covers(right, type, priority, at))) return true;
            }
        }

        return false;
    }

    private static bool Covers(Right right, MessageType type, int priority, DateTimeOffset at) =>
        priority <= right.MaxPriority
        && (right.ValidFrom is not { } begin || begin <= at)
        && (right.ValidUntil is not { } end || at < end)
        && (right.Services.Contains("*") || right.Services.Contains(type.Value));
}
