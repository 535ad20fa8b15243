using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;

namespace Hub.Core.Trail;

/// <summary>An entry to be appended to the log.</summary>
/// <param name="Kind">One of <see cref="Hub.Contracts.Trail.EntryKinds"/>.</param>
/// <param name="Key">The message it is about, if any.</param>
/// <param name="Actor">Who did it: a system address, <c>hub</c>, or <c>operator:name</c>.</param>
/// <param name="Body">What happened; committed to with a salt, erasable.</param>
public sealed record TrailEntry(string Kind, MessageKey? Key, string Actor, JsonObject Body);

/// <summary>Where an entry stands in the log. Index is set when the entry is appended to the group; the tree size and
/// checkpoint once the group is integrated, just before its commit.</summary>
public sealed class EntryTicket
{
    /// <summary>Zero-based index in the log.</summary>
    public long Index { get; internal set; }

    /// <summary>The entry's record.</summary>
    public Storage.EntryRecord Record { get; internal set; } = null!;

    /// <summary>Size of the tree that the group's checkpoint covers.</summary>
    public long TreeSize { get; internal set; }

    /// <summary>The group's signed checkpoint.</summary>
    public string CheckpointNote { get; internal set; } = "";
}
