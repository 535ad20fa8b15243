using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Hub.Tests.Storage.SqlServer;

/// <summary>Looks up every name of a statement: tables, columns through their aliases, indexes in hints, procedures, variables.</summary>
internal sealed class TransactSqlNames : TSqlFragmentVisitor
{
    private readonly TransactSqlCatalog _catalog = TransactSqlCatalog.Schema;
    private readonly Dictionary<string, HashSet<string>> _sources = new(StringComparer.Ordinal);
    private readonly List<ColumnReferenceExpression> _columns = [];
    private readonly List<string> _others = [];
    private readonly string? _rows;

    private TransactSqlNames(string? rows) => _rows = rows;

    /// <summary>Names that nothing has.</summary>
    internal List<string> Unknown { get; } = [];

    /// <summary>Variables that the text neither declares nor sets: its parameters.</summary>
    internal IEnumerable<string> Parameters => Used.Except(Declared, StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private HashSet<string> Used { get; } = new(StringComparer.Ordinal);

    private HashSet<string> Declared { get; } = new(StringComparer.Ordinal);

    internal static TransactSqlNames Of(string text, string? rows)
    {
        var names = new TransactSqlNames(rows);
        var tree = TransactSql.Parse(text);
        tree.Accept(names);
        names.Resolve();
        return names;
    }

    public override void Visit(NamedTableReference node)
    {
        var name = TransactSqlCatalog.Name(node.SchemaObject);
        if (_catalog.Tables.TryGetValue(name, out var columns)) Add(node.Alias?.Value ?? node.SchemaObject.BaseIdentifier.Value, columns);
        else _others.Add(name);
        foreach (var hint in node.TableHints.OfType<IndexTableHint>())
            Unknown.AddRange(hint.IndexValues.Where(i => !_catalog.Indexes.Contains((name, i.Identifier.Value))).Select(i => $"index {i.Identifier.Value}"));
    }

    public override void Visit(VariableTableReference node)
    {
        var variable = node.Variable.Name;
        Used.Add(variable);
        var type = variable switch { "@rows" => $"hub.{_rows}", "@ids" or "@except" => "hub.id_list", "@keys" or "@sha256" => "hub.key_list", "@duties" => "hub.text_list", _ => null };
        if (type is not null && _catalog.Types.TryGetValue(type, out var columns)) Add(node.Alias?.Value ?? variable, columns.Select(c => c.Name));
        else if (_sources.TryGetValue(variable, out var declared)) Add(node.Alias?.Value ?? variable, declared);
        else Unknown.Add($"rows {variable}");
    }

    public override void Visit(DeclareTableVariableBody node)
    {
        Declared.Add(node.VariableName.Value);
        Add(node.VariableName.Value, node.Definition.ColumnDefinitions.Select(c => c.ColumnIdentifier.Value));
    }

    public override void Visit(CommonTableExpression node) =>
        Add(node.ExpressionName.Value, node.Columns.Count > 0 ? node.Columns.Select(c => c.Value) : NamesOf(node.QueryExpression));

    public override void Visit(QueryDerivedTable node) => Add(node.Alias.Value, NamesOf(node.QueryExpression));

    public override void Visit(ColumnReferenceExpression node)
    {
        if (node.MultiPartIdentifier is not null) _columns.Add(node);
    }

    public override void Visit(DeclareVariableElement node) => Declared.Add(node.VariableName.Value);

    public override void Visit(VariableReference node) => Used.Add(node.Name);

    public override void Visit(ExecutableProcedureReference node)
    {
        var name = TransactSqlCatalog.Name(node.ProcedureReference.ProcedureReference.Name);
        if (name.StartsWith("sys.", StringComparison.Ordinal)) return;
        if (!_catalog.Procedures.TryGetValue(name, out var parameters)) Unknown.Add($"procedure {name}");
        else Unknown.AddRange(node.Parameters.Select(p => p.Variable.Name).Where(p => !parameters.Contains(p, StringComparer.Ordinal)).Select(p => $"parameter {p}"));
    }

    // The name before the equals sign in a call is the procedure's, not a variable of the text.
    public override void ExplicitVisit(ExecuteParameter node)
    {
        node.ParameterValue.Accept(this);
    }

    private void Add(string alias, IEnumerable<string> columns)
    {
        if (!_sources.TryGetValue(alias, out var known)) _sources.Add(alias, known = new HashSet<string>(StringComparer.Ordinal));
        known.UnionWith(columns);
    }

    private void Resolve()
    {
        // Aliases that are changed stand before the clause that makes them.
        Unknown.AddRange(_others.Where(name => !_sources.ContainsKey(name)).Select(name => $"table {name}"));
        foreach (var table in new[] { "inserted", "deleted" }) Add(table, _sources.Values.SelectMany(c => c).ToList());
        foreach (var column in _columns)
        {
            var parts = column.MultiPartIdentifier.Identifiers;
            var name = parts[^1].Value;
            var found = parts.Count == 1
                ? _sources.Values.Any(c => c.Contains(name))
                : _sources.TryGetValue(parts[^2].Value, out var columns) && columns.Contains(name);
            if (!found && !IsPartOfDate(column)) Unknown.Add($"column {string.Join('.', parts.Select(p => p.Value))}");
        }
    }

    private static bool IsPartOfDate(ColumnReferenceExpression column) =>
        column.MultiPartIdentifier.Identifiers is [{ Value: "month" or "minute" or "second" or "millisecond" }];

    private static IEnumerable<string> NamesOf(QueryExpression query) => query switch
    {
        QuerySpecification plain => plain.SelectElements.OfType<SelectScalarExpression>()
            .Select(e => e.ColumnName?.Value ?? (e.Expression as ColumnReferenceExpression)?.MultiPartIdentifier.Identifiers[^1].Value).OfType<string>(),
        BinaryQueryExpression both => NamesOf(both.FirstQueryExpression),
        QueryParenthesisExpression inner => NamesOf(inner.QueryExpression),
        _ => [],
    };
}
