using System.Globalization;
using Hub.Adapters.Stores.Bodies;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>One connection with its prepared statements and the queries that readers and the writer share. One thread at a
/// time.</summary>
internal sealed class SqliteSession : IDisposable
{
    // By reference: the texts are the constants of SqliteSql, and hashing a long text costs more than running its statement.
    private readonly Dictionary<string, Statement> _statements = new(ReferenceEqualityComparer.Instance);
    private readonly NameTable _names;

    internal SqliteSession(string path, string pragmas, NameTable names)
    {
        _names = names;
        Connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        Connection.Open();
        using var command = Connection.CreateCommand();
        command.CommandText = pragmas;
        command.ExecuteNonQuery();
    }

    internal SqliteConnection Connection { get; }

    internal long LastInsertedRow => raw.sqlite3_last_insert_rowid(Connection.Handle!);

    /// <summary>The prepared statement of one of <see cref="SqliteSql"/>'s texts, made at first use.</summary>
    internal Statement Use(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement)) return statement;
        statement = new Statement(Connection.Handle!, sql);
        _statements.Add(sql, statement);
        return statement;
    }

    /// <summary>Steps of SQLite's virtual machine since the last call: what the statements cost, independent of the clock.</summary>
    internal long TakeSteps()
    {
        var steps = 0L;
        foreach (var statement in _statements.Values) steps += statement.TakeSteps();
        return steps;
    }

    internal Name Name(long number)
    {
        if (_names.Find(number) is { } known) return known;
        var query = Use(SqliteSql.NameText).Bind(number);
        using var rows = query.Rows();
        return query.Step() ? new Name(query.Text(0)) : throw new InvalidDataException($"The database refers to the name {number}, which it does not hold.");
    }

    internal long? NameId(string text) => _names.Find(text) ?? Use(SqliteSql.NameId).Bind(text).Scalar();

    internal MessageRecord? FindMessage(MessageKey key)
    {
        var query = Use(SqliteSql.FindMessage).Bind(Digests.Read(key.Value, stackalloc byte[Digests.Bytes]));
        using var rows = query.Rows();
        return query.Step() ? Rows.Message(query, this) : null;
    }

    internal MessageRecord? FindReply(MessageKey request, MessageType type, DateTimeOffset now)
    {
        if (NameId(type.Value) is not { } number) return null;
        var query = Use(SqliteSql.FindReply).Bind(Digests.Read(request.Value, stackalloc byte[Digests.Bytes])).Bind(number).Bind(now);
        using var rows = query.Rows();
        return query.Step() ? Rows.Message(query, this) : null;
    }

    internal int CountReplies(MessageKey request, SystemAddress from, int most)
    {
        if (NameId(from.ToString()) is not { } sender) return 0;
        var query = Use(SqliteSql.CountReplies).Bind(Digests.Read(request.Value, stackalloc byte[Digests.Bytes])).Bind(sender).Bind(most);
        using var rows = query.Rows();
        return query.Step() ? (int)query.Int(0) : 0;
    }

    /// <summary>Where a body lies and its wrapped key; null when the message is unknown or erased.</summary>
    internal (BodyLocation Location, byte[] WrappedKey)? FindBody(MessageKey key)
    {
        var query = Use(SqliteSql.FindBody).Bind(Digests.Read(key.Value, stackalloc byte[Digests.Bytes]));
        using var rows = query.Rows();
        return query.Step() && !query.IsNull(3)
            ? (new BodyLocation((int)query.Int(0), query.Int(1), (int)query.Int(2)), query.Blob(3).ToArray())
            : null;
    }

    internal DeliveryRecord? FindDelivery(long id) => First(Use(SqliteSql.FindDelivery).Bind(id));

    internal DeliveryRecord? FindDelivery(MessageKey message, SystemAddress recipient) => NameId(recipient.ToString()) is { } number
        ? First(Use(SqliteSql.FindDeliveryOfMessage).Bind(Digests.Read(message.Value, stackalloc byte[Digests.Bytes])).Bind(number))
        : null;

    internal List<DeliveryRecord> ListUntaken(SystemAddress recipient, DateTimeOffset now, long after, int limit) =>
        NameId(recipient.ToString()) is { } number ? All(Use(SqliteSql.Untaken).Bind(number).Bind(now).Bind(after).Bind(limit)) : [];

    internal List<DeliveryRecord> ListDeliveries(MessageKey message) =>
        All(Use(SqliteSql.DeliveriesOfMessage).Bind(Digests.Read(message.Value, stackalloc byte[Digests.Bytes])));

    internal List<EntryRecord> ListEntries(MessageKey key) =>
        Entries(Use(SqliteSql.EntriesOfMessage).Bind(Digests.Read(key.Value, stackalloc byte[Digests.Bytes])));

    internal List<EntryRecord> ListEntries(long first, int count) => Entries(Use(SqliteSql.Entries).Bind(first).Bind((long)Math.Max(0, count)));

    internal string? FindCheckpoint(long? entry)
    {
        var query = entry is { } index ? Use(SqliteSql.FirstCheckpointOver).Bind(index) : Use(SqliteSql.NewestCheckpoint);
        using var rows = query.Rows();
        return query.Step() ? query.Text(0) : null;
    }

    internal ReadOnlyMemory<byte> ReadTile(int level, long index)
    {
        var query = Use(SqliteSql.ReadTile).Bind(TilePlace(level, index));
        using var rows = query.Rows();
        return query.Step() ? query.Blob(0).ToArray() : ReadOnlyMemory<byte>.Empty;
    }

    internal (long Version, string Document)? ReadRegistry()
    {
        var query = Use(SqliteSql.ReadRegistry);
        using var rows = query.Rows();
        return query.Step() ? (query.Int(0), query.Text(1)) : null;
    }

    internal ReadOnlyMemory<byte>? ReadAppState(SystemAddress app, string key)
    {
        if (NameId(app.ToString()) is not { } number) return null;
        var query = Use(SqliteSql.ReadAppState).Bind(number).Bind(key);
        using var rows = query.Rows();
        return query.Step() ? (ReadOnlyMemory<byte>?)query.Blob(0).ToArray() : null;
    }

    internal List<KeyValuePair<string, ReadOnlyMemory<byte>>> ListAppState(SystemAddress app, string prefix, int limit)
    {
        var items = new List<KeyValuePair<string, ReadOnlyMemory<byte>>>();
        if (NameId(app.ToString()) is not { } number) return items;
        var query = Use(SqliteSql.ListAppState).Bind(number).Bind(prefix).Bind(limit);
        using var rows = query.Rows();
        while (query.Step())
        {
            var key = query.Text(0);
            if (!key.StartsWith(prefix, StringComparison.Ordinal)) break;
            items.Add(new(key, query.Blob(1).ToArray()));
        }

        return items;
    }

    internal List<KeyValuePair<SystemAddress, long>> ListBacklogs(long floor)
    {
        var found = new List<KeyValuePair<SystemAddress, long>>();
        var query = Use(SqliteSql.Backlogs).Bind(floor);
        using (query.Rows())
        {
            while (query.Step()) found.Add(KeyValuePair.Create(Name(query.Int(0)).System, query.Int(1)));
        }

        return found;
    }

    internal StoreStatistics ReadStatistics()
    {
        var counts = new Dictionary<DeliveryState, long>();
        foreach (var state in Enum.GetValues<DeliveryState>()) counts[state] = 0;
        var query = Use(SqliteSql.Counts);
        using (query.Rows())
        {
            while (query.Step()) counts[(DeliveryState)query.Int(0)] = query.Int(1);
        }

        var oldest = Use(SqliteSql.OldestQueued).Scalar();
        return new StoreStatistics(Use(SqliteSql.MessageCount).Scalar() ?? 0, counts, oldest is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null);
    }

    /// <summary>Level and index of a tile in one number: 8 levels of 256 cover any log.</summary>
    internal static long TilePlace(int level, long index) => level is >= 0 and < 64 && index is >= 0 and < 1L << 56
        ? ((long)level << 56) | index
        : throw new ArgumentOutOfRangeException(nameof(index), string.Create(CultureInfo.InvariantCulture, $"There is no tile {level}/{index}."));

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        Connection.Dispose();
    }

    internal List<DeliveryRecord> All(Statement query)
    {
        var items = new List<DeliveryRecord>();
        using var rows = query.Rows();
        while (query.Step()) items.Add(Rows.Delivery(query, this));
        return items;
    }

    internal DeliveryRecord? First(Statement query)
    {
        using var rows = query.Rows();
        return query.Step() ? Rows.Delivery(query, this) : null;
    }

    private static List<EntryRecord> Entries(Statement query)
    {
        var items = new List<EntryRecord>();
        using var rows = query.Rows();
        while (query.Step()) items.Add(Rows.Entry(query));
        return items;
    }
}
