using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Hub.Adapters.Stores;

/// <summary>What a migration would do to a database.</summary>
/// <param name="From">Its schema; 0 when it holds no hub.</param>
/// <param name="To">The schema that it would have.</param>
/// <param name="Texts">What would be executed, step by step.</param>
/// <param name="Blockers">Why it would be refused; empty when it would not.</param>
public sealed partial record StoreMigrationPlan(int From, int To, IReadOnlyList<string> Texts, IReadOnlyList<string> Blockers)
{
    /// <summary>What a node says of its program: its version, and the newest schema that it knows.</summary>
    /// <param name="version">The version of the program.</param>
    /// <param name="schema">The newest schema that it knows.</param>
    public static string VersionOf(string version, int schema) => string.Create(CultureInfo.InvariantCulture, $"{version} schema {schema}");

    /// <summary>Live nodes whose programs may not run on what the steps lead to.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="live">Gives names and versions of the nodes whose lease runs.</param>
    /// <param name="from">The schema that is there; 0 when there is none.</param>
    /// <param name="oldestProgram">The oldest program that may run on what will be there; null when there is no step.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<IReadOnlyList<string>> BlockersAsync(DbConnection connection, string live, int from, int? oldestProgram, CancellationToken cancellationToken)
    {
        if (from == 0 || oldestProgram is not { } oldest) return [];
        List<string> blockers = [];
        await using var command = connection.CreateCommand();
        command.CommandText = live;
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
