using System.CommandLine;
using System.Globalization;
using Hub.Adapters.Backup;
using Hub.Contracts.Problems;
using Hub.Host.Composition;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.Host.CommandLine.Backups;

/// <summary><c>hub restore</c>: makes a data folder out of a backup, in a new epoch of its log.</summary>
internal static class RestoreCommand
{
    private const int MaxReason = 500;

    private static readonly Argument<string> File = new("FILE") { Description = "The backup (tệp sao lưu)." };

    private static readonly Option<string> Key = new("--key") { Description = "Private key (PEM) that opens the backup (khóa riêng).", Required = true, HelpName = "FILE" };

    private static readonly Option<string?> Keys = new("--keys") { Description = "A copy of the hub's folder keys/, unless the backup has its keys (thư mục khóa).", HelpName = "DIR" };

    private static readonly Option<bool> Instead = new("--instead") { Description = "Put the hub that is in the data folder aside, within it (thay cho trục đang có)." };

    private static readonly Option<string[]> Checkpoints = new("--checkpoint")
    {
        Description = "A checkpoint or receipt of the lost hub that somebody kept, the newest you can get; repeatable (đầu nhật ký hoặc biên nhận còn giữ).",
        HelpName = "FILE",
    };

    private static readonly Option<string[]> Erasures = new("--erasures") { Description = "An erasures.jsonl kept elsewhere, or what 'hub erasures --json' printed; repeatable (danh sách đã xóa).", HelpName = "FILE" };

    private static readonly Option<string> Reason = new("--reason") { Description = "Why; stands in the log, and everybody can read it there (lý do, công khai).", Required = true, HelpName = "TEXT" };

    internal static Command Create()
    {
        var command = new Command("restore", "Make a hub out of a backup; its log goes on in a new epoch (khôi phục).") { File, Key, Keys, Instead, Checkpoints, Erasures, Reason };
        command.SetAction(static (parsed, cancellationToken) => OperatorCommand.GuardAsync(parsed, () => RunAsync(parsed, cancellationToken)));
        return command.WithExamples("""
            hub restore hub-2026-11-23.hubbak --key backup-private.pem --keys /media/keys --data /var/lib/hub --reason "Đĩa hỏng"
            hub restore hub.hubbak --key backup-private.pem --keys keys --instead --checkpoint newest-receipt.tlog-proof --reason "Đĩa hỏng"
            """);
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var reason = parsed.GetValue(Reason)!.Trim();
        if (reason.Length is 0 or > MaxReason || reason.Any(char.IsControl)) throw new FormatException($"--reason has 1 to {MaxReason} characters.");
        var folder = new DataFolder(parsed.GetValue(SharedOptions.Data)!);
        folder.Create();
        await using var held = folder.TryLock() ?? throw ProblemCode.Unavailable.With($"A hub runs on '{folder.Directory}'. Stop it first, or restore into another folder.");
        var request = new RestoreRequest(
            parsed.GetValue(File)!, BackupKeys.Opener(parsed.GetValue(Key)!), parsed.GetValue(Key)!, folder.Directory, parsed.GetValue(Keys), parsed.GetValue(Instead),
            parsed.GetValue(Checkpoints) ?? [], parsed.GetValue(Erasures) ?? [], reason, $"operator:{Environment.UserName}");
        Show(new Output(parsed), await new HubRestore(request, TimeProvider.System, NullLoggerFactory.Instance).RunAsync(cancellationToken));
        return ExitCode.Ok;
    }

    private static void Show(Output output, RestoreReport report)
    {
        var ended = report.Ended;
        var lost = ended.LastKnownSize - ended.End;
        if (output.IsJson)
        {
            output.Json(new { report.Origin, report.LogKey, restored = ended.End, lastKnown = ended.LastKnownSize, lost, endedOrigin = ended.Origin, report.Erased, report.KeptOut, report.Aside, report.Vouched, report.Backup.Made });
            return;
        }

        output.Line(string.Create(CultureInfo.InvariantCulture, $"Restored. Đã khôi phục. The hub as of {report.Backup.Made:yyyy-MM-ddTHH:mm:ssZ}; {report.Erased} messages erased again{(report.KeptOut > 0 ? $", {report.KeptOut} that are not in the backup are kept out" : "")}."));
        if (!report.Vouched) output.Line("  NOTE: only keys within the backup vouch for it. Be sure where it comes from (chỉ khóa trong bản sao lưu xác nhận nguồn gốc của nó).");
        output.Line(string.Create(CultureInfo.InvariantCulture, $"  The log '{ended.Origin}' ends with {ended.End} entries and goes on as '{report.Origin}'."));
        output.Line(lost == 0
            ? "  As far as is known nothing is lost. If a partner shows a receipt from after the backup, say so to all."
            : string.Create(CultureInfo.InvariantCulture, $"  Entries {ended.End} to {ended.LastKnownSize - 1} of the old log are lost, as far as is known: {lost}."));
        if (report.Aside is not null) output.Line($"  What was in the folder is in '{report.Aside}'.");
        output.Line("Tell every partner and auditor (hãy báo cho mọi đối tác và kiểm toán):");
        output.Line($"  - the log's new key, on paper: {report.LogKey}");
        output.Line("  - receipts of the old log stay valid; check them with the old key (GET /log/epochs)");
        output.Line($"  - send again, octet by octet, what was sent after {report.Backup.Made:yyyy-MM-ddTHH:mm:ssZ}: what the hub still knows gets the same receipt, the rest a new one");
        output.Line("  - recipients may get again what they have; they know it by its message key");
    }
}
