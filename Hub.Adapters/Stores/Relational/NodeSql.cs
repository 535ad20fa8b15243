namespace Hub.Adapters.Stores.Relational;

/// <summary>Texts of the nodes and their duties. Every instant is the database's own clock at that moment; a lease is seconds from it.
/// Parameters are listed in their order. What takes over from somebody waits for the commits of his that were quicker.</summary>
internal sealed record NodeSql
{
    /// <summary>Parameter: name. Makes the row of a node that never joined, with incarnation 0.</summary>
    internal required string Introduce { get; init; }

    /// <summary>Parameter: name. Waits for the commits under way of its incarnation, and holds the row.</summary>
    internal required string HoldNode { get; init; }

    /// <summary>Parameters: name, url, version, lease. Columns: <see cref="NodeColumns"/>.</summary>
    internal required string Join { get; init; }

    /// <summary>Parameter: name. Ends the duties of a node.</summary>
    internal required string EndDuties { get; init; }

    /// <summary>Parameters: number, incarnation, lease. Gives the time and whether another node lives; nothing when the lease has ended.</summary>
    internal required string Beat { get; init; }

    /// <summary>Parameters: number, duties. Ends those of its duties that are not among them.</summary>
    internal required string GiveUp { get; init; }

    /// <summary>Parameters: number, lease. Renews those that it holds.</summary>
    internal required string Renew { get; init; }

    /// <summary>Parameters: number, duties, lease. Takes those that were held and are free; steps over what others are taking.</summary>
    internal required string Take { get; init; }

    /// <summary>Parameters: number, duties, lease. Takes those that nobody ever held.</summary>
    internal required string TakeNew { get; init; }

    /// <summary>Parameter: number. Gives name and term of what it holds.</summary>
    internal required string Held { get; init; }

    /// <summary>Parameter: number of who asks. Gives the numbers of others whose lease has ended and whose dispatchers hold claims.</summary>
    internal required string Dead { get; init; }

    /// <summary>Parameters: number, incarnation. Ends the lease.</summary>
    internal required string Leave { get; init; }

    /// <summary>Columns: <see cref="NodeColumns"/>.</summary>
    internal required string List { get; init; }

    /// <summary>Gives name, node, term, since, until, whether it is held.</summary>
    internal required string ListDuties { get; init; }

    /// <summary>Gives size, node, term of the log's seat.</summary>
    internal required string Seat { get; init; }

    /// <summary>Makes the parts of tables for the months to come; gives how many.</summary>
    internal required string MakeRoom { get; init; }

    /// <summary>What a row of a node consists of; whether its lease runs comes after them.</summary>
    internal const string NodeColumns = "number, incarnation, name, url, version, joined, until";
}
