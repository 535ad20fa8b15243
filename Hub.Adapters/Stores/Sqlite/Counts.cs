using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>How a transaction changes the number of deliveries in each state.</summary>
internal sealed class Counts
{
    private readonly long[] _changes = new long[Enum.GetValues<DeliveryState>().Length];

    internal void Add(DeliveryState state) => _changes[(int)state]++;

    internal void Move(DeliveryState from, DeliveryState to, int count = 1)
    {
        _changes[(int)from] -= count;
        _changes[(int)to] += count;
    }

    internal void Write(SqliteSession session)
    {
        for (var state = 0; state < _changes.Length; state++)
        {
            if (_changes[state] != 0) session.Use(SqliteSql.AddToCount).Bind(state).Bind(_changes[state]).Run();
        }

        Clear();
    }

    internal void Clear() => Array.Clear(_changes);
}
