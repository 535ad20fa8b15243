using Hub.Core.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>A prepared statement, reused: parameters are bound in order of their places, columns are read by index. Not
/// thread-safe.</summary>
/// <remarks>It works on SQLite's own handle because <see cref="SqliteParameter"/> boxes every value, and every execution of
/// a <see cref="SqliteCommand"/> makes a reader.</remarks>
internal sealed class Statement : IDisposable
{
    private const int VirtualMachineSteps = 4; // SQLITE_STMTSTATUS_VM_STEP
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _handle;
    private int _place = 1;

    internal Statement(sqlite3 database, string sql)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _handle));
    }

    internal Statement Bind(long value)
    {
        Check(raw.sqlite3_bind_int64(_handle, _place++, value));
        return this;
    }

    internal Statement Bind(long? value) => value is { } present ? Bind(present) : BindNull();

    internal Statement Bind(DateTimeOffset value) => Bind(value.UtcTicks);

    internal Statement Bind(DateTimeOffset? value) => Bind(value?.UtcTicks);

    internal Statement Bind(string? value)
    {
        if (value is null) return BindNull();
        Check(raw.sqlite3_bind_text(_handle, _place++, value));
        return this;
    }

    internal Statement Bind(ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(_handle, _place++, value));
        return this;
    }

    internal Statement Bind(ReadOnlyMemory<byte>? value) => value is { } present ? Bind(present.Span) : BindNull();

    internal Statement BindNull()
    {
        Check(raw.sqlite3_bind_null(_handle, _place++));
        return this;
    }

    /// <summary>Moves to the next row; at the end the statement is ready to be bound again.</summary>
    internal bool Step()
    {
        var code = raw.sqlite3_step(_handle);
        if (code == raw.SQLITE_ROW) return true;
        Reset();
        if (code != raw.SQLITE_DONE) Check(code);
        return false;
    }

    /// <summary>Runs a statement that gives no rows.</summary>
    internal void Run()
    {
        if (Step()) Reset();
    }

    /// <summary>Runs a change; returns the number of rows changed.</summary>
    internal int Change()
    {
        Run();
        return raw.sqlite3_changes(_database);
    }

    /// <summary>The first column of the first row, or null when there is no row or the column is null.</summary>
    internal long? Scalar()
    {
        using var rows = Rows();
        return Step() ? NullableInt(0) : null;
    }

    /// <summary>Resets the statement when disposed, for reading loops that may leave early.</summary>
    internal RowScope Rows() => new(this);

    internal long Int(int column) => raw.sqlite3_column_int64(_handle, column);

    internal long? NullableInt(int column) => IsNull(column) ? null : Int(column);

    internal DateTimeOffset Time(int column) => new(Int(column), TimeSpan.Zero);

    internal DateTimeOffset? NullableTime(int column) => IsNull(column) ? null : Time(column);

    internal string Text(int column) => raw.sqlite3_column_text(_handle, column).utf8_to_string();

    internal string? NullableText(int column) => IsNull(column) ? null : Text(column);

    /// <summary>A blob's bytes, valid until the next step or reset.</summary>
    internal ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_handle, column);

    internal bool IsNull(int column) => raw.sqlite3_column_type(_handle, column) == raw.SQLITE_NULL;

    /// <summary>Steps of the virtual machine since the last call.</summary>
    internal int TakeSteps() => raw.sqlite3_stmt_status(_handle, VirtualMachineSteps, 1);

    public void Dispose() => _handle.Dispose();

    private void Reset()
    {
        _ = raw.sqlite3_reset(_handle);
        _place = 1;
    }

    private void Check(int code)
    {
        if (code == raw.SQLITE_OK) return;
        try
        {
            SqliteException.ThrowExceptionForRC(code, _database);
        }
        catch (SqliteException failed) when (failed.SqliteErrorCode is not (raw.SQLITE_ERROR or raw.SQLITE_TOOBIG or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_MISUSE or raw.SQLITE_RANGE))
        {
            // Everything but a wrong statement or value: the disk, the memory, the file.
            throw new StoreFailedException($"The database failed: {failed.Message}", failed);
        }
    }

    /// <summary>See <see cref="Rows"/>.</summary>
    internal readonly ref struct RowScope(Statement statement)
    {
        public void Dispose() => statement.Reset();
    }
}
