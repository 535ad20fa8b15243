namespace Hub.Adapters.Stores.Relational;

/// <summary>Every text that the store of uploads sends. Parameters are listed in their order.</summary>
internal sealed record UploadSql
{
    /// <summary>Parameter: owner. Holds it until the end of the transaction: one upload begins at a time.</summary>
    internal required string LockOwner { get; init; }

    /// <summary>Parameters: owner, digest. Gives num, size, received, data_key, whether complete.</summary>
    internal required string Find { get; init; }

    /// <summary>Parameter: owner. Gives how many unfinished, how many complete that no message names, and the bytes of both.</summary>
    internal required string Count { get; init; }

    /// <summary>Parameters: owner, digest, size, data key, now.</summary>
    internal required string Insert { get; init; }

    /// <summary>Makes the transaction's commit not wait for the disk: a later one that does covers it.</summary>
    internal required string Relax { get; init; }

    /// <summary>Parameters: num, received before, received now, now, place, octets. Changes one row, or none when somebody else appended.</summary>
    internal required string Append { get; init; }

    /// <summary>Parameters: num, now. Changes one row.</summary>
    internal required string Complete { get; init; }

    /// <summary>Parameters: num, place. Gives octets.</summary>
    internal required string ReadChunk { get; init; }

    /// <summary>Parameter: num.</summary>
    internal required string Delete { get; init; }

    /// <summary>Parameter: num. After <see cref="Delete"/>, in its transaction.</summary>
    internal required string DeleteChunks { get; init; }

    /// <summary>Parameters: owner (null: all), touched before. Gives the num of unfinished ones.</summary>
    internal required string Abandoned { get; init; }

    /// <summary>Parameters: num, touched before. Changes one row when it is still so.</summary>
    internal required string DeleteAbandoned { get; init; }

    /// <summary>Parameters: owner, digest.</summary>
    internal required string Keep { get; init; }

    /// <summary>Parameter: complete since before. Gives owner, digest.</summary>
    internal required string Unnamed { get; init; }
}
