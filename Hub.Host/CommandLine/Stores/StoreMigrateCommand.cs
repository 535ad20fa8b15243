using System.CommandLine;
using Hub.Adapters.Stores;

namespace Hub.Host.CommandLine.Stores;

/// <summary><c>hub store migrate</c>: brings the database to this program's schema, as the role that owns the tables.</summary>
internal static class StoreMigrateCommand
{
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Print the SQL, change nothing (chỉ in ra)." };

    private static readonly Option<string> App = new("--app")
    {
        Description = "The role that nodes log in with; it gets its rights (vai trò của các nút).",
        DefaultValueFactory = static _ => "hub_app",
        HelpName = "ROLE",
    };

    private static readonly Option<string?> Owner = new("--owner") { Description = "The role that is to own the tables, when another one logs in (vai trò sở hữu).", HelpName = "ROLE" };

    private static readonly Option<int?> To = new("--to") { Description = "The schema to stop at; without it the newest that this program knows (dừng ở phiên bản).", HelpName = "VERSION" };

    internal static Command Create()
    {
        var command = new Command("migrate", "Bring the database to this program's schema; safe to run again and beside running nodes (nâng cấp lược đồ).") { DryRun, App, Owner, To };
        command.SetAction(static (parsed, cancellationToken) => OperatorCommand.GuardAsync(parsed, () => RunAsync(parsed, cancellationToken)));
        return command.WithExamples("""
            hub store migrate --store-file /etc/hub/store-owner --dry-run
            hub store migrate --store-file /etc/hub/store-owner
            """);
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var target = StoreCommand.Chosen(parsed).Primary!;
        var work = new StoreMigrationWork(parsed.GetValue(App)!, parsed.GetValue(Owner), parsed.GetValue(To));
        if (work.To < target.OldestSchema || work.To > target.NewestSchema)
            throw new FormatException($"--to {work.To} is no schema that this program runs on: give {target.OldestSchema} to {target.NewestSchema}.");
        var output = new Output(parsed);
        try
        {
            if (!parsed.GetValue(DryRun))
            {
                var (from, to) = await target.MigrateAsync(work, cancellationToken);
                output.Done(from == to ? $"The schema is {to} already; rights of '{work.Application}' and partitions are in place." : $"The schema went from {from} to {to}.", new { from, to });
                return ExitCode.Ok;
            }

            var plan = await target.PlanAsync(work, cancellationToken);
            if (output.IsJson) output.Json(plan);
            else foreach (var text in plan.Texts) output.Line($"{text.TrimEnd(' ', ';', '\n')};\n");
            foreach (var blocker in plan.Blockers) parsed.InvocationConfiguration.Error.WriteLine(blocker);
            return plan.Blockers.Count == 0 ? ExitCode.Ok : ExitCode.Refused;
        }
        catch (Exception failed) when (StoreTarget.IsOfTheDatabase(failed))
        {
            throw StoreCommand.Explain(failed, target);
        }
    }
}
