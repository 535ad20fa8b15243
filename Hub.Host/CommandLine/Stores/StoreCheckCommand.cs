using System.CommandLine;
using Hub.Adapters.Keys;
using Hub.Contracts.Trail;

namespace Hub.Host.CommandLine.Stores;

/// <summary><c>hub store check</c>: whether the database is as nodes need it.</summary>
internal static class StoreCheckCommand
{
    internal static Command Create()
    {
        var command = new Command("check", "Look at the database as a node would: connection, TLS, role, schema, clock, partitions, log, replica (kiểm tra).");
        command.SetAction(static (parsed, cancellationToken) => OperatorCommand.GuardAsync(parsed, () => RunAsync(parsed, cancellationToken)));
        return command.WithExamples("""
            hub store check --data /var/lib/hub
            hub store check --store-file /etc/hub/store --store-replica 'postgres:Host=replica.example'
            """);
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var choice = StoreCommand.Chosen(parsed);
        var found = await choice.Primary!.CheckAsync(choice.Replica, LogKey(parsed.GetValue(SharedOptions.Data)!), TimeProvider.System, cancellationToken);
        var output = new Output(parsed);
        if (output.IsJson) output.Json(new { store = choice.Primary!.ToString(), findings = found });
        else foreach (var finding in found) output.Line($"{(finding.Good ? "ok " : "BAD")}  {finding.Name,-11} {finding.Text}");
        return found.All(static f => f.Good) ? ExitCode.Ok : ExitCode.Refused;
    }

    private static NoteVerifier? LogKey(string data)
    {
        var file = Path.Combine(data, FileHubKeys.PublicLogKey);
        return File.Exists(file) ? NoteVerifier.Parse(File.ReadAllText(file).Trim()) : null;
    }
}
