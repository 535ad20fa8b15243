using System.CommandLine;
using System.Text.Json;

namespace Hub.Host.CommandLine;

/// <summary><c>hub nodes</c>: which nodes live, and which holds what.</summary>
internal static class NodesCommand
{
    internal static Command Create()
    {
        var command = new Command("nodes", "Show which nodes of the hub live and which holds what (các nút).");
        command.SetAction(static (parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, hub => ShowAsync(parsed, hub, cancellationToken), cancellationToken));
        return command.WithExamples("hub nodes --data ./hub-data");
    }

    private static async Task<int> ShowAsync(ParseResult parsed, OperatorConnection hub, CancellationToken cancellationToken)
    {
        var view = await hub.GetAsync("/api/v1/operator/nodes", cancellationToken);
        var output = new Output(parsed);
        if (output.IsJson)
        {
            output.Json(view);
            return ExitCode.Ok;
        }

        output.Table(
            ["node · nút", "no.", "lives · còn sống", "address · địa chỉ", "version · phiên bản", "joined · tham gia", "lease until · hạn giữ", "incarnation"],
            Output.Items(view, "nodes").Select(static n => (IReadOnlyList<string>)
            [
                Output.Text(n, "name"), Output.Text(n, "number"), YesNo(n, "alive"), Output.Text(n, "url"), Output.Text(n, "version"),
                Output.Time(n, "joined"), Output.Time(n, "leaseUntil"), Output.Text(n, "incarnation"),
            ]));
        var duties = Output.Items(view, "duties").ToList();
        if (duties.Count > 0)
        {
            output.Table(
                ["duty · nhiệm vụ", "held by · nút giữ", "since · từ lúc", "term · nhiệm kỳ"],
                duties.Select(static d => (IReadOnlyList<string>)[Output.Text(d, "name"), Held(d), Output.Time(d, "since"), Output.Text(d, "term")]));
        }

        var log = view.GetProperty("log");
        output.Line($"log · nhật ký: {Output.Text(log, "size")} entries, last written by · ghi gần nhất: {(Output.Text(log, "node") is { Length: > 0 } node ? node : "nobody · chưa có")} (term · nhiệm kỳ {Output.Text(log, "term")})");
        return ExitCode.Ok;
    }

    private static string Held(JsonElement duty) => duty.GetProperty("held").GetBoolean() ? Output.Text(duty, "node") : $"nobody · không ai ({Output.Text(duty, "node")} before)";

    private static string YesNo(JsonElement item, string name) => item.GetProperty(name).GetBoolean() ? "yes · có" : "no · không";
}
