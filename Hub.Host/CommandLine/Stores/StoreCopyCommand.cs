using System.CommandLine;
using System.Globalization;
using Hub.Adapters.Backup;
using Hub.Adapters.Keys;
using Hub.Adapters.Stores;
using Hub.Adapters.Stores.Copying;
using Hub.Contracts.Problems;
using Hub.Host.Composition;
using Hub.Host.Composition.Stores;

namespace Hub.Host.CommandLine.Stores;

/// <summary><c>hub store copy</c>: moves a stopped hub from SQLite to a database that nodes share.</summary>
internal static class StoreCopyCommand
{
    private const int SampleApart = 100;

    private static readonly Option<string> From = new("--from") { Description = "Data folder of the stopped hub on SQLite (thư mục nguồn).", Required = true, HelpName = "DIR" };

    private static readonly Option<string?> To = new("--to") { Description = "The database, as the role that owns its tables: postgres:CONNECTION or sqlserver:CONNECTION without password (cơ sở dữ liệu đích).", HelpName = "STORE" };

    private static readonly Option<string?> ToFile = new("--to-file") { Description = "File with the text of --to, password included, that only you may read.", HelpName = "FILE" };

    private static readonly Option<string> Verify = new("--verify")
    {
        Description = "full: open every body afterwards; sample: one of a hundred (kiểm tra).",
        DefaultValueFactory = static _ => "full",
        HelpName = "full|sample",
    };

    private static readonly Option<bool> Undo = new("--undo") { Description = "Take the mark of the move away, to start the folder on SQLite again (bỏ đánh dấu đã chuyển)." };

    internal static Command Create()
    {
        Verify.AcceptOnlyFromAmong("full", "sample");
        var command = new Command("copy", "Move a stopped hub from SQLite to PostgreSQL or SQL Server: everything, verified, resumable (chuyển sang cơ sở dữ liệu dùng chung).") { From, To, ToFile, Verify, Undo };
        command.Validators.Add(static result =>
        {
            var ways = (result.GetValue(To) is null ? 0 : 1) + (result.GetValue(ToFile) is null ? 0 : 1) + (result.GetValue(Undo) ? 1 : 0);
            if (ways != 1) result.AddError("Say where to, once: --to STORE or --to-file FILE; or --undo.");
        });
        command.SetAction(static (parsed, cancellationToken) => OperatorCommand.GuardAsync(parsed, () => RunAsync(parsed, cancellationToken)));
        return command.WithExamples("""
            hub store copy --from ./hub-data --to-file /etc/hub/store-owner
            hub store copy --from ./hub-data --undo
            """);
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var folder = new DataFolder(parsed.GetValue(From)!);
        if (!folder.Exists) throw new DirectoryNotFoundException($"There is no hub in '{folder.Directory}'.");
        using var held = folder.TryLock() ?? throw ProblemCode.Unavailable.With($"A hub runs on '{folder.Directory}'. Stop it first: what it accepted meanwhile would be lost.");
        var output = new Output(parsed);
        if (parsed.GetValue(Undo))
        {
            var was = MovedMark.Remove(folder.Directory);
            output.Done(was ? "The mark is gone; the folder starts on SQLite again, unless a node on the database has used it since." : "The folder bears no mark.", new { undone = was });
            return was ? ExitCode.Ok : ExitCode.Refused;
        }

        if (RestoreMark.Find(folder.Directory) is { } half) throw ProblemCode.InvalidRequest.With(half);
        if (MovedMark.Find(folder.Directory) is { } moved) throw ProblemCode.InvalidRequest.With(moved);
        var target = Target(parsed);
        var keys = FileHubKeys.OpenOrCreate(folder.Directory);
        var stores = StoreServices.UploadsOfBoth(folder.Directory, target, keys);
        var copy = new HubCopy(folder.Directory, target, keys, stores, TimeProvider.System, new CopyProgressLine(parsed.InvocationConfiguration.Error).Show);
        try
        {
            var report = await copy.RunAsync(parsed.GetValue(Verify) == "full" ? 1 : SampleApart, cancellationToken);
            MovedMark.Set(folder.Directory, string.Create(CultureInfo.InvariantCulture,
                $"This hub was moved to the {target} on {TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm:ss}Z, with {report.LogSize} entries of its log. Start its nodes with --store-file; 'hub store copy --from {folder.Directory} --undo' goes back to what it was then (trục đã được chuyển đi)."));
            Show(output, target, folder, report);
            return ExitCode.Ok;
        }
        catch (Exception failed) when (StoreTarget.IsOfTheDatabase(failed))
        {
            throw StoreCommand.Explain(failed, target);
        }
    }

    private static StoreTarget Target(ParseResult parsed)
    {
        List<string> mistakes = [];
        var (option, text) = parsed.GetValue(ToFile) is { } file ? ("--to-file", StoreSecret.Read(file)) : ("--to", parsed.GetValue(To));
        var target = StoreChoice.Target(option, text, null, mistakes);
        if (target is { HasPassword: true } && option == "--to") mistakes.Add("--to holds a password, which every user of this machine can see: write the line into a file with mode 0600 and name it with --to-file.");
        return mistakes.Count == 0 && target is not null ? target : throw new FormatException(mistakes.Count == 0 ? $"{option}: 'sqlite' is no database to move to." : string.Join('\n', mistakes));
    }

    private static void Show(Output output, StoreTarget target, DataFolder folder, CopyReport report)
    {
        if (output.IsJson)
        {
            output.Json(report);
            return;
        }

        foreach (var (table, rows) in report.Rows) output.Line(string.Create(CultureInfo.InvariantCulture, $"  {table,-17} {rows,12}"));
        output.Line(string.Create(CultureInfo.InvariantCulture, $"  {"uploads",-17} {report.Uploads,12}"));
        output.Line(string.Create(CultureInfo.InvariantCulture, $"Verified: {report.Bodies} bodies opened, {report.LogSize} entries of the log hashed anew up to its checkpoint. Đã kiểm tra."));
        output.Line($"The hub is now in the {target}; '{folder.Directory}' is marked as moved and keeps its keys. Start nodes with the application role: hub serve --data {folder.Directory} --store-file FILE");
    }
}
