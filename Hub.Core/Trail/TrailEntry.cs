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
    public long Index { get; internal init; }

    /// <summary>The entry's record.</summary>
    public Storage.EntryRecord Record { get; internal init; } = null!;

    /// <summary>Size of the tree that the group's checkpoint covers.</summary>
    public long TreeSize => Tree?.Size ?? 0;

    /// <summary>The group's signed checkpoint; empty until the group is integrated.</summary>
    public string CheckpointNote { get; private set; } = "";

    /// <summary>The tree that the group's checkpoint covers: proves this entry without a look into the store.</summary>
    internal TreeHead? Tree { get; private set; }

    internal Hub.Contracts.Trail.EntryHeader Header { get; init; } = null!;

    internal void Integrate(TreeHead tree, string checkpointNote)
    {
        Tree = tree;
        CheckpointNote = checkpointNote;
    }
}
