using Hub.Core.Storage;

namespace Hub.Tests.Nodes;

/// <summary>The nodes of a hub in their shortest form: reference for adapters, double for tests. Each process that would join asks for
/// a <see cref="Process"/> of its own. Thread-safe.</summary>
/// <param name="clock">The store's clock.</param>
/// <param name="hasClaims">Whether a node's dispatcher holds claims.</param>
internal sealed class InMemoryNodes(TimeProvider clock, Func<int, bool> hasClaims)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, NodeRecord> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DutyRecord> _duties = new(StringComparer.Ordinal);

    internal Process NewProcess() => new(this);

    private DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>What one process sees.</summary>
    internal sealed class Process(InMemoryNodes all) : INodeStore
    {
        private string _name = "";
        private long _incarnation;

        /// <summary>Whether the store can be reached.</summary>
        internal bool IsCutOff { get; set; }

        /// <summary>What the process takes for the store's clock is off by this much.</summary>
        internal TimeSpan ClockOff { get; set; }

        public ValueTask<NodeRecord> JoinAsync(NodeCard card, TimeSpan lease, CancellationToken cancellationToken = default)
        {
            Reach();
            lock (all._gate)
            {
                var known = all._nodes.GetValueOrDefault(card.Name);
                var now = all.Now;
                if (known is not null) all.EndDuties(known.Number, static _ => true);
                var joined = new NodeRecord(known?.Number ?? all._nodes.Count + 1, (known?.Incarnation ?? 0) + 1, card, now, now + lease, Alive: true);
                all._nodes[card.Name] = joined;
                (_name, _incarnation) = (card.Name, joined.Incarnation);
                return new(joined);
            }
        }

        public ValueTask<NodeBeat?> BeatAsync(IReadOnlyCollection<string> duties, TimeSpan lease, CancellationToken cancellationToken = default)
        {
            Reach();
            lock (all._gate)
            {
                if (Joined() is not { } node) return new((NodeBeat?)null);
                var now = all.Now;
                all._nodes[_name] = node with { Until = now + lease };
                all.EndDuties(node.Number, duty => !duties.Contains(duty));
                foreach (var duty in duties)
                {
                    var known = all._duties.GetValueOrDefault(duty);
                    if (known?.Until > now && known.Node != node.Number) continue;
                    all._duties[duty] = known?.Until > now
                        ? known with { Until = now + lease }
                        : new DutyRecord(duty, node.Number, (known?.Term ?? 0) + 1, now, now + lease, Held: true);
                }

                return new(new NodeBeat(
                    now + ClockOff,
                    all._duties.Values.Where(d => d.Node == node.Number && d.Until > now).ToDictionary(static d => d.Name, static d => d.Term),
                    [.. all._nodes.Values.Where(n => n.Until <= now && all.HasClaims(n.Number)).Select(static n => n.Number).Order()]));
            }
        }

        public ValueTask LeaveAsync(CancellationToken cancellationToken = default)
        {
            Reach();
            lock (all._gate)
            {
                if (Joined() is not { } node) return default;
                all._nodes[_name] = node with { Until = all.Now };
                all.EndDuties(node.Number, static _ => true);
                return default;
            }
        }

        public ValueTask<IReadOnlyList<NodeRecord>> ListNodesAsync(CancellationToken cancellationToken = default)
        {
            Reach();
            lock (all._gate) return new([.. all._nodes.Values.Select(n => n with { Alive = n.Until > all.Now }).OrderBy(static n => n.Number)]);
        }

        public ValueTask<IReadOnlyList<DutyRecord>> ListDutiesAsync(CancellationToken cancellationToken = default)
        {
            Reach();
            lock (all._gate) return new([.. all._duties.Values.Select(d => d with { Held = d.Until > all.Now }).OrderBy(static d => d.Name, StringComparer.Ordinal)]);
        }

        /// <summary>The incarnation that it joined as last; 0 before.</summary>
        internal long Incarnation => _incarnation;

        /// <exception cref="StoreConflictException">The lease of this incarnation has ended.</exception>
        internal void Fence(long incarnation)
        {
            Reach();
            lock (all._gate)
                if (Joined() is null || incarnation != _incarnation) throw new StoreConflictException($"The lease of {_name} in its incarnation {_incarnation} has ended.");
        }

        /// <exception cref="StoreConflictException">It does not hold the duty in this term.</exception>
        internal void Require(string duty, long term)
        {
            lock (all._gate)
            {
                if (Joined() is { } node && all._duties.GetValueOrDefault(duty) is { } known && known.Node == node.Number && known.Term == term && known.Until > all.Now) return;
                throw new StoreConflictException($"{_name} does not hold {duty} in term {term}.");
            }
        }

        private NodeRecord? Joined() => all._nodes.GetValueOrDefault(_name) is { } node && node.Incarnation == _incarnation && node.Until > all.Now ? node : null;

        private void Reach()
        {
            if (IsCutOff) throw new IOException("The store cannot be reached (injected).");
        }
    }

    private bool HasClaims(int node) => hasClaims(node);

    private void EndDuties(int node, Func<string, bool> which)
    {
        foreach (var duty in _duties.Values.Where(d => d.Node == node && d.Until > Now && which(d.Name)).ToList()) _duties[duty.Name] = duty with { Until = Now };
    }
}
