using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Host.Api;

namespace Hub.Host.CommandLine;

/// <summary>Holds what a hub says of an epoch that has ended against the entry of the log that ended it.</summary>
internal static class EpochOpeningCheck
{
    /// <summary>What is wrong with the hub's account, in words, and the leaf that the tree must have at <see cref="EpochEndView.Restored"/> for the
    /// rest to count; null without an entry.</summary>
    /// <param name="epoch">What the hub says.</param>
    /// <param name="keys">The keys (vkeys) of all epochs.</param>
    internal static (IReadOnlyList<string> Failures, byte[]? Leaf) Run(EpochView epoch, IReadOnlyCollection<string> keys)
    {
        var end = epoch.Ended!;
        if (end.Opening is not { } text) return ([$"the hub does not show the entry {end.Restored} that ended {epoch.Origin}"], null);
        try
        {
            var opening = Receipt.Parse(text);
            var body = JsonNode.Parse(opening.Body.Span)?.AsObject() ?? [];
            return ([.. Compare(epoch, end, opening, body, keys)], MerkleTree.LeafHash(opening.Header.ToCanonicalJson()));
        }
        catch (Exception none) when (none is FormatException or JsonException or InvalidOperationException)
        {
            return ([$"the entry {end.Restored} that ended {epoch.Origin} cannot be read: {none.Message}"], null);
        }
    }

    private static IEnumerable<string> Compare(EpochView epoch, EpochEndView end, Receipt opening, JsonObject body, IReadOnlyCollection<string> keys)
    {
        string Wrong(string what) => $"the entry {end.Restored} that ended {epoch.Origin} says something else about {what} than the hub";
        if (opening.Proof.Index != end.Restored) yield return Wrong("its index");
        if (opening.Header.Kind != EntryKinds.LogEpochOpened) yield return Wrong("its kind");
        if (opening.Header.Time != end.At) yield return Wrong("its time");
        if (!opening.Header.Commitment.Span.SequenceEqual(SHA256.HashData([.. opening.Salt.Span, .. opening.Body.Span]))) yield return $"the entry {end.Restored} that ended {epoch.Origin} does not commit to the body shown";
        if (Text(body, "restored") != Number(end.Restored) || Text(body["gap"], "first") != Number(end.Restored)) yield return Wrong("what was kept");
        if (Text(body, "backupMade") != Rfc3339.Format(end.BackupMade) || Text(body, "backupSha256") != end.BackupSha256) yield return Wrong("the backup");
        if (!keys.Contains(Text(body, "key") ?? "")) yield return Wrong("the key of the next epoch");
        if (Text(body, "oldOrigin") == epoch.Origin)
        {
            if (Text(body, "oldKey") != epoch.Key) yield return Wrong("its key");
            if (Text(body, "lastKnown") != end.LastKnown || Text(body["gap"], "end") != Number(end.LastKnownSize)) yield return Wrong("its last known checkpoint");
        }
        else if ((body["abandoned"] as JsonArray)?.Any(lost => Text(lost, "key") == epoch.Key && Text(lost, "lastKnown") == end.LastKnown) is not true)
        {
            yield return Wrong("its key and last known checkpoint");
        }
    }

    private static string? Text(JsonNode? node, string name) => node is JsonObject found && found[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static string Number(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
