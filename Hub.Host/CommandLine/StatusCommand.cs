using System.CommandLine;
using System.Text.Json;

namespace Hub.Host.CommandLine;

/// <summary><c>hub status</c>: how the hub does.</summary>
internal static class StatusCommand
{
    internal static Command Create()
    {
        var command = new Command("status", "Show what the hub holds and the head of its log (tình trạng).");
        command.SetAction(static (parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, hub => ShowAsync(parsed, hub, cancellationToken), cancellationToken));
        return command.WithExamples("hub status --data ./hub-data");
    }

    private static async Task<int> ShowAsync(ParseResult parsed, OperatorConnection hub, CancellationToken cancellationToken)
    {
        var status = await hub.GetAsync("/api/v1/operator/status", cancellationToken);
        var output = new Output(parsed);
        if (output.IsJson)
        {
            output.Json(status);
            return ExitCode.Ok;
        }

        output.Line($"Hub {Output.Text(status, "hub")}: {(Output.Text(status, "url") is { Length: > 0 } url ? $"running at · đang chạy tại {url}" : "not running · không chạy")}");
        output.Line($"  registry · danh bạ    version {Output.Text(status, "registryVersion")}: {Output.Text(status, "agencies")} agencies, {Output.Text(status, "systems")} systems");
        output.Line($"  messages · thông điệp {Output.Text(status, "messages")}");
        foreach (var state in status.GetProperty("deliveries").EnumerateObject()) output.Line($"    {state.Name,-12} {state.Value}");
        if (Output.Time(status, "oldestQueued") is { Length: > 0 } oldest) output.Line($"  oldest queued since · chờ lâu nhất từ {oldest}");
        ShowTroubled(output, await hub.GetAsync("/api/v1/operator/systems", cancellationToken));
        output.Line($"  log key · khóa nhật ký {Output.Text(status, "logKey")}");
        output.Line();
        output.Line(Output.Text(status, "checkpoint").TrimEnd('\n'));
        return ExitCode.Ok;
    }

    private static void ShowTroubled(Output output, JsonElement watch)
    {
        foreach (var one in Output.Items(watch, "breakers"))
            output.Line($"  left alone · tạm ngừng gửi  {Output.Text(one, "system")} since · từ {Output.Time(one, "since")}, next attempt · thử lại {Output.Time(one, "nextProbe")}");
        foreach (var one in Output.Items(watch, "late"))
            output.Line($"  late · trễ               {Output.Text(one, "system")} {Output.Text(one, "count")} since · từ {Output.Time(one, "oldest")}");
        foreach (var one in Output.Items(watch, "silent"))
            output.Line($"  silent · im lặng         {Output.Text(one, "system")} since · từ {Output.Time(one, "last")}");
    }
}
