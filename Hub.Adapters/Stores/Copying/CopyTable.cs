namespace Hub.Adapters.Stores.Copying;

/// <summary>How a table goes from SQLite to a database that nodes share: the source gives the target's columns in their order.</summary>
/// <param name="Name">The target's table.</param>
/// <param name="Columns">The target's columns.</param>
/// <param name="Types">One letter a column: <c>l</c> 64 bits, <c>i</c> 32, <c>s</c> 16, <c>b</c> yes or no, <c>x</c> octets,
/// <c>t</c> text, <c>d</c> time (from ticks), <c>o</c> sealed body (from segment, offset and length).</param>
/// <param name="Select">Gives the rows.</param>
/// <param name="Key">What the rows are ordered by, and taken up again after: its first value is not below 0. Null: the table is
/// copied in one piece.</param>
internal sealed record CopyTable(string Name, string Columns, string Types, string Select, string? Key);
