namespace Hub.Adapters.Stores.Copying;

/// <summary>How far a copy is.</summary>
/// <param name="What">The table at hand, or what is being verified.</param>
/// <param name="Rows">Rows done since the copy was first begun.</param>
/// <param name="AllRows">Rows in all.</param>
/// <param name="Bytes">Bytes copied in this run.</param>
/// <param name="Elapsed">Since this run began.</param>
/// <param name="Left">Time left at this pace; null before it can be told.</param>
public sealed record CopyProgress(string What, long Rows, long AllRows, long Bytes, TimeSpan Elapsed, TimeSpan? Left)
{
    /// <summary>Bytes a second.</summary>
    public double Rate => Elapsed > TimeSpan.Zero ? Bytes / Elapsed.TotalSeconds : 0;
}

/// <summary>What was copied and verified.</summary>
/// <param name="Rows">Rows by table.</param>
/// <param name="Bodies">Bodies that were opened and whose SHA-256 was compared.</param>
/// <param name="Uploads">Uploads copied.</param>
/// <param name="LogSize">Entries of the log, hashed anew up to the checkpoint's root.</param>
/// <param name="Resumed">Whether an earlier run had been cut short.</param>
public sealed record CopyReport(IReadOnlyDictionary<string, long> Rows, long Bodies, int Uploads, long LogSize, bool Resumed);
