using System.Collections;
using System.Data.Common;

namespace Hub.Adapters.Stores.Relational;

/// <summary>Many rows of one statement, column by column. A dialect makes parameters of it: arrays, or a table-valued parameter.</summary>
/// <param name="name">What the rows are, for dialects that declare a type for them.</param>
internal abstract class RowSet(string name)
{
    private readonly List<Column> _columns = [];

    internal string Name => name;

    internal IReadOnlyList<Column> Columns => _columns;

    internal int Count { get; private protected set; }

    internal void Clear()
    {
        foreach (var column in _columns) column.Clear();
        Count = 0;
    }

    private protected Column<T> Add<T>(string column)
    {
        var added = new Column<T>(column);
        _columns.Add(added);
        return added;
    }
}

/// <summary>The values of one column.</summary>
/// <param name="name">Its name.</param>
internal abstract class Column(string name)
{
    internal string Name => name;

    /// <summary>The type of its values.</summary>
    internal abstract Type Type { get; }

    /// <summary>Its values as they are now; clearing leaves them to who has them.</summary>
    internal abstract IList Items { get; }

    internal abstract void Clear();

    /// <summary>Calls the maker back with the column's own type.</summary>
    internal abstract DbParameter Make(IColumnParameters maker);
}

/// <summary>The values of one column.</summary>
internal sealed class Column<T>(string name) : Column(name)
{
    internal List<T> Values { get; private set; } = [];

    /// <summary>Whether any row ever had a value, not null.</summary>
    internal bool HasValues { get; private set; }

    internal override Type Type => typeof(T);

    internal override IList Items => Values;

    internal T this[int row]
    {
        get => Values[row];
        set
        {
            HasValues |= value is not null;
            Values[row] = value;
        }
    }

    internal void Add(T value)
    {
        HasValues |= value is not null;
        Values.Add(value);
    }

    // What was sent may still be referred to by its parameter.
    internal override void Clear() => (Values, HasValues) = ([], false);

    internal override DbParameter Make(IColumnParameters maker) => maker.Make(this);
}

/// <summary>Makes a parameter of a column.</summary>
internal interface IColumnParameters
{
    DbParameter Make<T>(Column<T> column);
}
