using System.Data.Common;
using System.Globalization;
using Hub.Adapters.Stores.PostgreSql;
using Hub.Contracts.Trail;

namespace Hub.Adapters.Stores;

/// <summary>Looks at a hub's database as a node would, and gathers what it finds. Changes nothing.</summary>
/// <param name="logKey">The hub's log key; null when it is not known here.</param>
internal abstract class StoreCheck(NoteVerifier? logKey)
{
    /// <summary>How far a database's clock may be off this machine's.</summary>
    protected static readonly TimeSpan MaxClockOff = TimeSpan.FromSeconds(2);

    private const int MonthsAhead = 2;
    private const long Blocks = 1L << 38;

    private readonly List<StoreFinding> _found = [];

    protected IReadOnlyList<StoreFinding> Found => _found;

    protected void Add(string name, bool good, string found, string advice) => _found.Add(new StoreFinding(name, good, good || advice.Length == 0 ? found : $"{found}: {advice}"));

    protected void AddClock(TimeSpan off) => Add("clock", off.Duration() <= MaxClockOff,
        string.Create(CultureInfo.InvariantCulture, $"the database is {off.TotalSeconds:+0.000;-0.000} s off this machine"), "synchronise both with the same source of time");

    protected void AddRoom(int months, long usedBlocks)
    {
        Add("partitions", months > MonthsAhead, $"this month and {months - 1} ahead", "nodes make them daily; see their logs, or run 'hub store migrate'");
        Add("ids", usedBlocks < Blocks / 2, string.Create(CultureInfo.InvariantCulture, $"{100.0 * (Blocks - usedBlocks) / Blocks:0.0} % of the blocks are free"), "write to those who make this program");
    }

    protected void AddNodes(int all, int live) => Add("nodes", true, $"{live} live of {all} that ever joined", "");

    /// <summary>Whether head, newest checkpoint, entries and tiles agree, and the hub's key signed.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="headSql">Gives size and note of the head, the newest checkpoint's note, and the number after the last entry's.</param>
    /// <param name="tileSql">Gives a tile's hashes; takes <c>@level</c> and <c>@idx</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    protected async Task LogAsync(DbConnection connection, string headSql, string tileSql, CancellationToken cancellationToken)
    {
        long size, entries;
        string? head, newest;
        await using (var rows = await ReadAsync(connection, headSql, cancellationToken))
        {
            size = rows.GetInt64(0);
            (head, newest) = (rows.IsDBNull(1) ? null : rows.GetString(1), rows.IsDBNull(2) ? null : rows.GetString(2));
            entries = rows.IsDBNull(3) ? 0 : rows.GetInt64(3);
        }

        if (size == 0 && newest is null && entries == 0)
        {
            Add("log", true, "empty: no hub was opened here yet", "");
            return;
        }

        var sound = head == newest && entries == size && await LeadsToAsync(size, newest, (level, index) => TileAsync(connection, tileSql, level, index, cancellationToken));
        Add("log", sound, $"{size} entries; the newest checkpoint {(logKey is null ? "was not checked against a key (no keys in --data)" : "is signed by this hub's key")}, its tiles lead to it",
            $"head, checkpoint and tiles do not agree (head {size}, entries {entries}), or another hub's key signed: run 'hub log verify', and restore the database from a backup");
    }

    /// <summary>The first row of an answer.</summary>
    protected static async Task<DbDataReader> ReadAsync(DbConnection connection, string text, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        var rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return rows;
    }

    /// <summary>A tile's hashes; null when there is none.</summary>
    internal static async Task<byte[]?> TileAsync(DbConnection connection, string tileSql, int level, long index, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = tileSql;
        foreach (var (name, value) in new (string, object)[] { ("level", level), ("idx", index) })
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return (byte[]?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private async Task<bool> LeadsToAsync(long size, string? note, Func<int, long, Task<byte[]?>> tile)
    {
        if (note is null) return false;
        var checkpoint = logKey is null ? Checkpoint.Parse(SignedNote.UnverifiedText(note)) : Checkpoint.Open(note, logKey);
        if (checkpoint?.Size != size) return false;
        return await EdgeRoot.ComputeAsync(size, tile) is { } root && checkpoint.Root.Span.SequenceEqual(root);
    }
}
