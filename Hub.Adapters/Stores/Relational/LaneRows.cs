namespace Hub.Adapters.Stores.Relational;

/// <summary>One recipient's lane. Ordered by code units, so that all nodes hold lanes in the same order.</summary>
/// <param name="Recipient">Whose.</param>
/// <param name="Lane">Which.</param>
internal readonly record struct LaneName(string Recipient, string Lane)
{
    internal static readonly IComparer<LaneName> Order = Comparer<LaneName>.Create(static (a, b) =>
        string.CompareOrdinal(a.Recipient, b.Recipient) is var order and not 0 ? order : string.CompareOrdinal(a.Lane, b.Lane));
}

/// <summary>Lanes in the order in which they are held.</summary>
internal sealed class LaneRows : RowSet
{
    private readonly Column<int> _place;
    private readonly Column<string> _recipient, _lane;

    internal LaneRows()
        : base("hub_lanes") => (_place, _recipient, _lane) = (Add<int>("place"), Add<string>("recipient"), Add<string>("lane"));

    internal void Add(LaneName lane)
    {
        _place.Add(Count);
        _recipient.Add(lane.Recipient);
        _lane.Add(lane.Lane);
        Count++;
    }
}
