using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hub.Core.Registry;

/// <summary>Rights by the patterns they are written with: a decision costs a few look-ups, however many there are.
/// Patterns and lists of services that recur are kept once.</summary>
internal sealed record RightsTable
{
    internal static readonly RightsTable Empty = new();

    private PersistentMap<string, Right> ById { get; init; } = PersistentMap<string, Right>.Empty;

    private PersistentMap<PatternKey, PatternEntry> Patterns { get; init; } = PersistentMap<PatternKey, PatternEntry>.Empty;

    private PersistentMap<int, RightsOfPattern> ByFrom { get; init; } = PersistentMap<int, RightsOfPattern>.Empty;

    /// <summary>How many rights each pattern stands in, so that it goes with the last of them.</summary>
    private PersistentMap<PatternKey, StrongBox<int>> Uses { get; init; } = PersistentMap<PatternKey, StrongBox<int>>.Empty;

    /// <summary>How many rights name each service.</summary>
    private PersistentMap<string, StrongBox<int>> ServiceUses { get; init; } = PersistentMap<string, StrongBox<int>>.Empty;

    private int NextPattern { get; init; }

    /// <summary>The patterns that speak of groups, by name; a new list whenever one comes or goes.</summary>
    internal IReadOnlyList<PatternEntry> Groups { get; private init; } = [];

    /// <summary>All rights, in no stated order.</summary>
    internal IEnumerable<Right> All => ById.Values;

    internal PatternEntry? FindPattern(PatternKey key) => Patterns.Find(key);

    internal Right? Find(string id) => ById.Find(id);

    /// <summary>The rights written with a pattern of senders.</summary>
    internal RightsOfPattern From(PatternEntry from) => ByFrom.Find(from.Id) ?? RightsOfPattern.None;

    /// <summary>The rights whose patterns or services name one of some objects.</summary>
    /// <param name="names">Objects by section and id.</param>
    internal IReadOnlyList<Right> Naming(IReadOnlySet<(string Section, string Id)> names)
    {
        var patterns = names.SelectMany(n => PatternKey.Naming(n.Section, n.Id)).Select(Patterns.Find).OfType<PatternEntry>().Select(p => p.Id).ToHashSet();
        var services = names.Where(n => n.Section == RegistrySections.Services && ServiceUses.Find(n.Id) is not null).Select(n => n.Id).ToHashSet();
        var found = new List<Right>();
        if (patterns.Count + services.Count == 0) return found;
        foreach (var (from, rights) in ByFrom.Items) rights.AddNaming(found, patterns.Contains(from), patterns, services);
        return found;
    }

    /// <summary>Whether two versions are written with the same patterns.</summary>
    internal bool SpeaksAlike(RightsTable other) => Patterns == other.Patterns;

    /// <summary>All rights by id.</summary>
    internal IReadOnlyList<Right> InOrder() => [.. All.OrderBy(RightIds.Of, StringComparer.Ordinal)];

    internal Editor Edit() => new(this);

    /// <summary>Copies of parts of the table that this editor alone knows.</summary>
    internal sealed class Editor(RightsTable table)
    {
        private readonly PersistentMap<PatternKey, PatternEntry>.Editor _patterns = table.Patterns.Edit();
        private readonly Dictionary<int, (HashSet<Right> Removed, List<(int To, Right Right)> Added)> _edits = [];
        private readonly Dictionary<string, PatternEntry> _texts = [];
        private readonly Dictionary<PatternEntry, int> _more = [];
        private readonly Dictionary<string, IReadOnlyList<string>> _services = [];
        private readonly Dictionary<string, int> _moreOfService = [];
        private readonly PersistentMap<string, Right>.Editor _byId = table.ById.Edit();
        private int _next = table.NextPattern;

        internal void Put(string id, Right? right)
        {
            if (_byId.Find(id) is { } old) Unlink(old);
            _byId.Put(right?.Id ?? id, right is null ? null : Link(right));
        }

        internal RightsTable ToTable()
        {
            if (_more.Count == 0) return table;
            var uses = table.Uses.Edit();
            var groups = table.Groups.ToList();
            foreach (var (pattern, more) in _more)
            {
                var (before, now) = (uses.Find(pattern.Key)?.Value ?? 0, (uses.Find(pattern.Key)?.Value ?? 0) + more);
                uses.Put(pattern.Key, now == 0 ? null : new StrongBox<int>(now));
                if (now == 0) _patterns.Put(pattern.Key, null);
                if (pattern.Key.Kind != RightPatternKind.Group) continue;
                if (now == 0) groups.RemoveAll(g => g.Id == pattern.Id);
                else if (before == 0) groups.Add(pattern);
            }

            var serviceUses = table.ServiceUses.Edit();
            foreach (var (service, more) in _moreOfService)
            {
                var now = (serviceUses.Find(service)?.Value ?? 0) + more;
                serviceUses.Put(service, now == 0 ? null : new StrongBox<int>(now));
            }

            var byFrom = table.ByFrom.Edit();
            foreach (var (from, (removed, added)) in _edits) byFrom.Put(from, (byFrom.Find(from) ?? RightsOfPattern.None).Edited(removed, added));
            return new RightsTable
            {
                Patterns = _patterns.ToMap(), ByFrom = byFrom.ToMap(), ById = _byId.ToMap(), Uses = uses.ToMap(), ServiceUses = serviceUses.ToMap(), NextPattern = _next,
                Groups = groups.SequenceEqual(table.Groups) ? table.Groups : [.. groups.OrderBy(g => g.Text, StringComparer.Ordinal)],
            };
        }

        private Right Link(Right right)
        {
            var (from, to) = (Pattern(right.From), Pattern(right.To));
            var services = Shared(right.Services);
            if (!ReferenceEquals(right.From, from.Text) || !ReferenceEquals(right.To, to.Text) || !ReferenceEquals(right.Services, services))
                right = right with { From = from.Text, To = to.Text, Services = services };
            EditsOf(from).Added.Add((to.Id, right));
            Count(right, from, to, +1);
            return right;
        }

        private void Unlink(Right right)
        {
            var (from, to) = (Pattern(right.From), Pattern(right.To));
            // One that was added a moment ago has not come further than the list of additions.
            if (EditsOf(from).Added.RemoveAll(a => ReferenceEquals(a.Right, right)) == 0) EditsOf(from).Removed.Add(right);
            Count(right, from, to, -1);
        }

        private void Count(Right right, PatternEntry from, PatternEntry to, int more)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_more, from, out _) += more;
            CollectionsMarshal.GetValueRefOrAddDefault(_more, to, out _) += more;
            foreach (var service in right.Services) CollectionsMarshal.GetValueRefOrAddDefault(_moreOfService, service, out _) += more;
        }

        private (HashSet<Right> Removed, List<(int To, Right Right)> Added) EditsOf(PatternEntry from)
        {
            if (!_edits.TryGetValue(from.Id, out var edits)) _edits.Add(from.Id, edits = (new HashSet<Right>(ReferenceEqualityComparer.Instance), []));
            return edits;
        }

        private PatternEntry Pattern(string text)
        {
            if (_texts.TryGetValue(text, out var known)) return known;
            var key = PatternKey.Parse(text);
            var entry = _patterns.Find(key);
            if (entry is null) _patterns.Put(key, entry = new PatternEntry(_next++, text, key));
            _texts.Add(text, entry);
            return entry;
        }

        private IReadOnlyList<string> Shared(IReadOnlyList<string> services)
        {
            var name = services.Count == 1 ? services[0] : string.Join(' ', services);
            if (_services.TryGetValue(name, out var known)) return known;
            _services.Add(name, services);
            return services;
        }
    }
}
