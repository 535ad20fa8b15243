using System.CommandLine;
using System.Globalization;
using Hub.Adapters.Backup;
using Hub.Contracts.Sealing;

namespace Hub.Host.CommandLine.Backups;

/// <summary><c>hub verify</c>: proves that a hub can be restored from a backup.</summary>
internal static class VerifyCommand
{
    private const int SampleApart = 100;

    private static readonly Argument<string> File = new("FILE") { Description = "The backup (tệp sao lưu)." };

    private static readonly Option<string> Key = new("--key") { Description = "Private key (PEM) that opens the backup (khóa riêng).", Required = true, HelpName = "FILE" };

    private static readonly Option<string?> Keys = new("--keys") { Description = "A copy of the hub's folder keys/: opens every body too, unless the backup has its keys (thư mục khóa).", HelpName = "DIR" };

    private static readonly Option<bool> Sample = new("--sample") { Description = "Open one body of a hundred instead of each (kiểm tra mẫu)." };

    private static readonly Option<string?> Work = new("--work") { Description = "Where to put the database while it is looked at; the system's temporary folder otherwise (thư mục tạm).", HelpName = "DIR" };

    internal static Command Create()
    {
        var command = new Command("verify", "Verify a backup: every chunk and file, the database, the log, the bodies (kiểm tra bản sao lưu).") { File, Key, Keys, Sample, Work };
        command.SetAction(static (parsed, cancellationToken) => OperatorCommand.GuardAsync(parsed, () => VerifyAsync(
            new Output(parsed),
            parsed.GetValue(File)!,
            BackupKeys.Opener(parsed.GetValue(Key)!),
            parsed.GetValue(Keys),
            parsed.GetValue(Sample) ? SampleApart : 1,
            parsed.GetValue(Work),
            cancellationToken)));
        return command.WithExamples("""
            hub verify /backup/hub-2026-11-23.hubbak --key backup-private.pem --keys /media/keys
            hub verify hub.hubbak --key backup-private.pem --sample --json
            """);
    }

    /// <summary>Verifies and tells. Refused when it does not hold.</summary>
    internal static async Task<int> VerifyAsync(Output output, string path, UnsealingKey key, string? keys, int apart, string? work, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan, BufferSize = 0 });
        var folder = work is null ? Directory.CreateTempSubdirectory("hub-verify-") : Directory.CreateDirectory(Path.Combine(work, $"hub-verify-{Guid.NewGuid():n}"));
        try
        {
            var report = await new BackupVerification(key, keys is null ? null : BackupKeys.DataKey(keys), keys is null ? null : BackupKeys.Statement(keys), apart).RunAsync(file, folder.FullName, cancellationToken);
            Show(output, report);
            return ExitCode.Ok;
        }
        catch (InvalidDataException broken)
        {
            output.Done($"The backup does NOT hold. Bản sao lưu KHÔNG dùng được.\n  - {broken.Message}", new { valid = false, failure = broken.Message });
            return ExitCode.Refused;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Show(Output output, BackupReport report)
    {
        var manifest = report.Manifest;
        if (output.IsJson)
        {
            output.Json(new
            {
                valid = true, report.Sha256, manifest.Hub, manifest.Origin, manifest.Made, manifest.Program, manifest.LogSize, manifest.Checkpoint, manifest.SnapshotMilliseconds,
                files = manifest.Files.Count, manifest.Octets, keys = manifest.HasKeys, report.Bodies, report.Unopened, report.Vouched, report.Missing,
            });
            return;
        }

        output.Line(string.Create(CultureInfo.InvariantCulture, $"The backup holds. Bản sao lưu dùng được. {manifest.Hub}, {manifest.Made:yyyy-MM-ddTHH:mm:ssZ}{(manifest.HasKeys ? ", with its keys" : "")}"));
        output.Line(string.Create(CultureInfo.InvariantCulture, $"  {manifest.Origin}: {manifest.LogSize} entries of the log lead to its checkpoint"));
        output.Line(string.Create(CultureInfo.InvariantCulture, $"  {manifest.Files.Count} files, {manifest.Octets} bytes; snapshot of the database in {manifest.SnapshotMilliseconds} ms"));
        output.Line(string.Create(CultureInfo.InvariantCulture, $"  {report.Bodies} bodies opened and compared{(report.Unopened > 0 ? $", {report.Unopened} not opened (with --keys and without --sample they are)" : "")}"));
        output.Line(report.Vouched ? "  signed by the hub's statement key (đúng chữ ký của trục)" : "  NOT known to be the hub's: no key from outside vouches for it (name a copy of keys/ with --keys)");
        if (report.Missing.Count > 0) output.Line(string.Create(CultureInfo.InvariantCulture, $"  {report.Missing.Count} uploads that messages name are MISSING: erased while it was taken, or lost before; {report.Missing[0]}{(report.Missing.Count > 1 ? ", …" : "")}"));
        output.Line($"  sha-256 {report.Sha256}");
    }
}
