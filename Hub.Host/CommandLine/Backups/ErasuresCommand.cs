using System.CommandLine;
using System.Globalization;
using Hub.Adapters.Stores.Files;

namespace Hub.Host.CommandLine.Backups;

/// <summary><c>hub erasures</c>: what was erased on this node, for a restoration elsewhere.</summary>
internal static class ErasuresCommand
{
    internal static Command Create()
    {
        var command = new Command("erasures", "What was erased by law through this node; a restoration erases it again (danh sách đã xóa).");
        command.SetAction(static (parsed, _) => OperatorCommand.GuardAsync(parsed, () => Task.FromResult(Show(parsed))));
        return command.WithExamples("hub erasures --data /var/lib/hub --json");
    }

    private static int Show(ParseResult parsed)
    {
        var data = parsed.GetValue(SharedOptions.Data)!;
        if (!Directory.Exists(data)) throw new DirectoryNotFoundException($"There is no folder '{data}'.");
        var lines = ErasureFile.Read(Path.Combine(data, ErasureFile.Name));
        var output = new Output(parsed);
        if (output.IsJson) output.Json(new { items = lines });
        else output.Table(["Message · Thông điệp", "At · Lúc", "By · Người", "Reason · Căn cứ"], lines.Select(static line => (IReadOnlyList<string>)[line.Key, line.At.ToString("yyyy-MM-dd HH:mm:ssZ", CultureInfo.InvariantCulture), line.By, line.Reason]));
        return ExitCode.Ok;
    }
}
