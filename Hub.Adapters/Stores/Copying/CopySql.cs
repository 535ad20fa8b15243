namespace Hub.Adapters.Stores.Copying;

/// <summary>The texts of a copy in one database product. Parameters have names.</summary>
internal sealed record CopySql
{
    /// <summary>Whether a copy was begun and not finished.</summary>
    internal required string IsBegun { get; init; }

    /// <summary>Whether a hub is in the database.</summary>
    internal required string HoldsHub { get; init; }

    /// <summary>Makes <c>hub_copy</c> and room for the messages of before; safe to run again.</summary>
    internal required string Begin { get; init; }

    /// <summary>Notes the source's checkpoint (<c>@note</c>), unless one is noted.</summary>
    internal required string NoteSource { get; init; }

    /// <summary>The noted checkpoint.</summary>
    internal required string Source { get; init; }

    /// <summary>Where the copy of the table <c>@name</c> stands: last key and rows.</summary>
    internal required string Stands { get; init; }

    /// <summary>Notes where it stands (<c>@name, @last, @rows</c>).</summary>
    internal required string Note { get; init; }

    /// <summary>Opens the log at <c>@size, @note, @time</c>.</summary>
    internal required string OpenLog { get; init; }

    /// <summary>Counts for the nodes, lets numbers go on behind what was copied, and takes <c>hub_copy</c> away.</summary>
    internal required string End { get; init; }

    /// <summary>Statistics for the planner.</summary>
    internal required string Analyze { get; init; }

    /// <summary>Counts a table's rows as a bigint.</summary>
    internal required Func<string, string> Count { get; init; }

    /// <summary>Key, SHA-256, wrapped data key and sealed octets of every message that was not erased; of one in <c>@apart</c>.</summary>
    internal required string Bodies { get; init; }

    /// <summary>The newest checkpoint.</summary>
    internal required string Newest { get; init; }

    /// <summary>Numbers and headers of the entries, in order.</summary>
    internal required string Entries { get; init; }

    /// <summary>Level, number and hashes of the tiles, in order.</summary>
    internal required string Tiles { get; init; }

    /// <summary>Hashes of the tile <c>@level, @idx</c>.</summary>
    internal required string Tile { get; init; }
}
