using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>What <see cref="PostgreSqlMigrations.MigrateAsync"/> would do to a database.</summary>
/// <param name="From">Its schema; 0 when it holds no hub.</param>
/// <param name="To">The schema that it would have.</param>
/// <param name="Texts">What would be executed, step by step.</param>
/// <param name="Blockers">Why it would be refused; empty when it would not.</param>
public sealed partial record PostgreSqlMigrationPlan(int From, int To, IReadOnlyList<string> Texts, IReadOnlyList<string> Blockers)
{
    private const string Live = "SELECT name, version FROM node WHERE until > clock_timestamp() ORDER BY name";

    /// <summary>The word at the end of a node's version that says which schema its program knows.</summary>
    /// <param name="version">The version of the program.</param>
    /// <param name="schema">The newest schema that it knows.</param>
    public static string VersionOf(string version, int schema) => string.Create(CultureInfo.InvariantCulture, $"{version} schema {schema}");

    /// <summary>Live nodes whose programs may not run on what the steps lead to.</summary>
    internal static async Task<IReadOnlyList<string>> BlockersAsync(NpgsqlConnection connection, int from, IReadOnlyList<PostgreSqlMigration> steps, CancellationToken cancellationToken)
    {
        if (from == 0 || steps.Count == 0) return [];
        var oldest = steps.Max(static s => s.OldestProgram);
        List<string> blockers = [];
        await using var command = new NpgsqlCommand(Live, connection);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var (name, version) = (rows.GetString(0), rows.GetString(1));
            var knows = SchemaKnown().Match(version) is { Success: true } match ? int.Parse(match.Groups["known"].Value, CultureInfo.InvariantCulture) : from;
            if (knows < oldest) blockers.Add($"The node '{name}' lives and its program ({version}) may not run on what this takes away: it needs to know schema {oldest}. Upgrade or stop it first.");
        }

        return blockers;
    }

    [GeneratedRegex(@" schema (?<known>\d{1,6})$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SchemaKnown();
}
