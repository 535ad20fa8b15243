using System.CommandLine;
using System.Globalization;
using Hub.Adapters.Backup;

namespace Hub.Host.CommandLine.Backups;

/// <summary><c>hub backup</c>: takes a backup of a hub on SQLite, running or not.</summary>
internal static class BackupCommand
{
    private static readonly Option<string> To = new("--to") { Description = "The file to write; it must not be there yet (tệp sao lưu).", Required = true, HelpName = "FILE" };

    private static readonly Option<string> Recipient = new("--recipient") { Description = "Public key (PEM) whose private half opens the backup; keep that half elsewhere (khóa công khai).", Required = true, HelpName = "FILE" };

    private static readonly Option<bool> WithKeys = new("--with-keys") { Description = "Put the hub's private keys into it too: whoever opens it can then read every document (kèm khóa riêng)." };

    private static readonly Option<string?> VerifyKey = new("--verify-key") { Description = "Private key (PEM): verify the whole backup at once (kiểm tra ngay).", HelpName = "FILE" };

    internal static Command Create()
    {
        var command = new Command("backup", "Back a running hub up into one encrypted file (sao lưu).") { To, Recipient, WithKeys, VerifyKey };
        command.SetAction(static (parsed, cancellationToken) => OperatorCommand.GuardAsync(parsed, () => RunAsync(parsed, cancellationToken)));
        return command.WithExamples("""
            hub backup --data /var/lib/hub --to /backup/hub-2026-11-23.hubbak --recipient backup-public.pem
            hub backup --to hub.hubbak --recipient backup-public.pem --verify-key backup-private.pem
            """);
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var recipient = await File.ReadAllTextAsync(parsed.GetValue(Recipient)!, cancellationToken);
        var opener = parsed.GetValue(VerifyKey) is { } verify ? BackupKeys.Opener(verify) : null;
        var (to, data) = (Path.GetFullPath(parsed.GetValue(To)!), parsed.GetValue(SharedOptions.Data)!);
        var started = TimeProvider.System.GetTimestamp();
        var (octets, sha256) = await BackupOutput.WriteAsync(
            to,
            async file =>
            {
                await using var hub = await OperatorConnection.OpenAsync(data, StoreOptions.Read(parsed), address: null, cancellationToken);
                await hub.CopyAsync("/api/v1/operator/backup", new { recipient, withKeys = parsed.GetValue(WithKeys) }, file, cancellationToken);
            },
            cancellationToken);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        var output = new Output(parsed);
        output.Done(
            string.Create(CultureInfo.InvariantCulture, $"Backed up. Đã sao lưu. {to}: {octets} bytes in {seconds:0.0} s, read back\n  sha-256 {sha256}"),
            new { file = to, octets, sha256, seconds });
        if (opener is null) return ExitCode.Ok;
        var keys = Path.Combine(data, "keys");
        return await VerifyCommand.VerifyAsync(output, to, opener, Directory.Exists(keys) ? keys : null, apart: 1, work: null, cancellationToken);
    }
}
