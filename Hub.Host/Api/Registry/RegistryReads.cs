using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Hub.Host.Identity;

namespace Hub.Host.Api.Registry;

/// <summary>The registry as one caller sees it: now, at a version, or as it was at an instant. What he does not see looks like nothing.</summary>
internal sealed class RegistryReads(RegistryHistory history, IRegistry registry, TimeProvider clock)
{
    /// <summary>The snapshot that a request asks about, and the instant at which it looks.</summary>
    /// <exception cref="ProblemException"><c>not-allowed</c> for systems that ask for the past; <c>not-found</c>.</exception>
    internal async ValueTask<RegistryMoment> MomentAsync(Caller caller, string? at, long? version, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (at is null && version is null) return new RegistryMoment(registry.Current, now);
        if (caller.System is not null) throw ProblemCode.NotAllowed.With("The parameters 'at' and 'version' look into the past and the future; they are for operators and auditors.");
        var instant = QueryText.Instant(at, nameof(at));
        var snapshot = await history.AtAsync(version, instant < now ? instant : null, cancellationToken);
        // Whom somebody may look at is judged by the tree of the snapshot's own time: neither a plan nor a past order opens what stands elsewhere now.
        return new RegistryMoment(snapshot, instant ?? now) { Seen = version is null && instant < now ? instant.Value : now };
    }

    internal static RegistrySight SightOf(Caller caller, RegistryMoment moment) => new(moment.Registry, moment.Seen, caller.System, caller.Under);

    internal static RegistryListView List(Caller caller, RegistryMoment moment, RegistryQuery query, string? cursor, int limit)
    {
        var after = cursor is null ? null : ReadCursor(cursor);
        var sight = SightOf(caller, moment);
        var subtree = query.Under is { } root ? new RegistrySight(moment.Registry, moment.At, null, root) : null;
        List<RegistryItemView> items = [];
        var all = RegistryObjects.List(moment.Registry, query.Section);
        for (var i = after is null ? 0 : Behind(all, after); i < all.Count; i++)
        {
            var (id, record) = all[i];
            var state = record is Agency agency ? moment.Registry.AgencyAt(agency.Code, moment.At) : null;
            if (!query.Passes(id, record, state?.Level, subtree) || !sight.Sees(record)) continue;
            if (items.Count == limit) return new RegistryListView(moment.Registry.Version, items, WriteCursor(items[^1].Id));
            var form = RegistryObjects.Of(record);
            if (form.Json is null) continue;
            items.Add(new RegistryItemView(id, form.Digest, JsonNode.Parse(form.Json), state is null ? null : AgencyStateView.Of(state)));
        }

        return new RegistryListView(moment.Registry.Version, items, null);
    }

    /// <summary>One object in its normal form.</summary>
    /// <exception cref="ProblemException"><c>not-found</c>.</exception>
    internal static RegistryObject One(Caller caller, RegistryMoment moment, string section, string id) =>
        RegistryObjects.Find(moment.Registry, section, id) is { } record && SightOf(caller, moment).Sees(record)
            ? RegistryObjects.Of(record)
            : throw NotFound(section, id, moment);

    internal static ProblemException NotFound(string section, string id, RegistryMoment moment) =>
        ProblemCode.NotFound.With($"There is no '{PlainText.Shorten(id, 100)}' in {section} that you may see (registry version {moment.Registry.Version}).");

    /// <summary>The place behind an id, which may be gone meanwhile.</summary>
    private static int Behind(IReadOnlyList<KeyValuePair<string, object>> all, string id)
    {
        var (low, high) = (0, all.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(all[middle].Key, id) <= 0) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static string WriteCursor(string id) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(id));

    private static string ReadCursor(string cursor) => cursor.Length <= 400 && Base64Url.IsValid(cursor)
        ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor))
        : throw QueryText.Bad("cursor", cursor, "'next' of the page before, unchanged");
}

/// <summary>The registry at one version, looked at from one instant.</summary>
/// <param name="Registry">The snapshot.</param>
/// <param name="At">The instant.</param>
internal sealed record RegistryMoment(RegistrySnapshot Registry, DateTimeOffset At)
{
    /// <summary>The instant by whose tree it is judged what stands in a subtree.</summary>
    internal DateTimeOffset Seen { get; init; } = At;
}
