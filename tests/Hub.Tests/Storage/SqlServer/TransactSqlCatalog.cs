using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Hub.Tests.Storage.SqlServer;

/// <summary>What the schema's texts make: tables and table types with their columns, procedures with their parameters, indexes, sequences.</summary>
internal sealed class TransactSqlCatalog : TSqlFragmentVisitor
{
    private TransactSqlCatalog()
    {
    }

    internal static TransactSqlCatalog Schema { get; } = Read();

    internal Dictionary<string, List<string>> Tables { get; } = new(StringComparer.Ordinal);

    /// <summary>Columns in order, each with its type as it is written, e.g. <c>num bigint not null</c>.</summary>
    internal Dictionary<string, List<(string Name, string Type, bool Nullable)>> Types { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, List<string>> Procedures { get; } = new(StringComparer.Ordinal);

    internal HashSet<(string Table, string Index)> Indexes { get; } = [];

    internal HashSet<string> Sequences { get; } = new(StringComparer.Ordinal);

    /// <summary>Columns that indexes and keys name but their table has not.</summary>
    internal List<string> Strangers { get; } = [];

    public override void Visit(CreateTableStatement node) => Tables.Add(Name(node.SchemaObjectName), [.. node.Definition.ColumnDefinitions.Select(c => c.ColumnIdentifier.Value)]);

    public override void Visit(CreateTypeTableStatement node) => Types.Add(Name(node.Name), [.. node.Definition.ColumnDefinitions.Select(c => (
        c.ColumnIdentifier.Value, TypeOf(c.DataType), !c.Constraints.OfType<NullableConstraintDefinition>().Any(n => !n.Nullable)))]);

    public override void Visit(CreateProcedureStatement node) => Procedures.Add(Name(node.ProcedureReference.Name), [.. node.Parameters.Select(p => p.VariableName.Value)]);

    public override void Visit(CreateSequenceStatement node) => Sequences.Add(Name(node.Name));

    public override void Visit(CreateIndexStatement node)
    {
        var table = Name(node.OnName);
        Indexes.Add((table, node.Name.Value));
        Strangers.AddRange(node.Columns.Select(c => c.Column.MultiPartIdentifier.Identifiers[^1].Value).Concat(node.IncludeColumns.Select(c => c.MultiPartIdentifier.Identifiers[^1].Value))
            .Except(Tables[table], StringComparer.Ordinal).Select(column => $"{node.Name.Value}: {column}"));
    }

    internal static string Name(SchemaObjectName name) => name.SchemaIdentifier?.Value is { } schema ? $"{schema}.{name.BaseIdentifier.Value}" : name.BaseIdentifier.Value;

    private static string TypeOf(DataTypeReference type)
    {
        var sql = (SqlDataTypeReference)type;
        return sql.SqlDataTypeOption.ToString();
    }

    private static TransactSqlCatalog Read()
    {
        var catalog = new TransactSqlCatalog();
        foreach (var batch in TransactSql.Schema) TransactSql.Parse(batch).Accept(catalog);
        return catalog;
    }
}
