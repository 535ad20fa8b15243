using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hub.Host.CommandLine;

/// <summary><c>hub show</c>: the life of one message.</summary>
internal static class ShowCommand
{
    private static readonly Argument<string> Key = SharedOptions.MessageKey();

    private static readonly Option<string?> Reason = new("--reason")
    {
        Description = "Also show what the entries say, for this reason; the reading is logged (lý do xem nội dung).",
        HelpName = "TEXT",
    };

    internal static Command Create()
    {
        var person = new PersonOptions();
        var command = new Command("show", "Show the life of one message: deliveries and log entries (xem một thông điệp).") { Key, Reason };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, hub => ShowAsync(parsed, hub, cancellationToken), cancellationToken));
        return command.WithExamples("""
            hub show 3f5a…64-digits
            hub show 3f5a…64-digits --reason "Yêu cầu số 12 của Sở Nội vụ" --json
            """);
    }

    private static async Task<int> ShowAsync(ParseResult parsed, OperatorConnection hub, CancellationToken cancellationToken)
    {
        var path = $"/api/v1/messages/{Uri.EscapeDataString(parsed.GetValue(Key)!)}";
        var message = await hub.GetAsync(path, cancellationToken);
        var entries = await hub.GetAsync(path + "/entries", cancellationToken, parsed.GetValue(Reason));
        var output = new Output(parsed);
        if (output.IsJson)
        {
            output.Json(new JsonObject { ["message"] = JsonNode.Parse(message.GetRawText()), ["entries"] = JsonNode.Parse(entries.GetProperty("items").GetRawText()) });
            return ExitCode.Ok;
        }

        output.Line($"Message · Thông điệp {Output.Text(message, "key")}");
        output.Line($"  from {Output.Text(message, "from")}, id {Output.Text(message, "id")}, {Output.Text(message, "type")}, {Output.Text(message, "size")} bytes, {Output.Text(message, "assurance")}");
        output.Line($"  sha-256 {Output.Text(message, "sha256")}");
        if (Output.Text(message, "erased").Length > 0) output.Line($"  content erased · đã xóa nội dung {Output.Time(message, "erased")}");
        output.Line();
        output.Table(
            ["Delivery", "Recipient · Nơi nhận", "Why · Vì sao", "State · Trạng thái", "Attempts", "Status", "By", "Last problem · Lỗi cuối"],
            Output.Items(message, "deliveries").Select(static d => (IReadOnlyList<string>)[
                Output.Text(d, "id"), Output.Text(d, "recipient"), Output.Text(d, "why"), Output.Text(d, "state"), Output.Text(d, "attempts"),
                $"{Output.Text(d, "outcome")} {Output.Text(d, "status")}".Trim(), Output.Text(d, "assertedBy"), $"{Output.Text(d, "lastProblem")} {Output.Text(d, "lastDetail")}".Trim()]));
        output.Table(
            ["Entry", "Time · Thời điểm", "Kind · Việc", "Actor · Ai", "Body · Nội dung"],
            Output.Items(entries).Select(static e => (IReadOnlyList<string>)[
                Output.Text(e, "index"), Output.Time(e, "time"), Output.Text(e, "kind"), Output.Text(e, "actor"), BodyOf(e)]));
        return ExitCode.Ok;
    }

    private static string BodyOf(JsonElement entry) => Output.Text(entry, "body") is { Length: > 0 } body ? body
        : Output.Text(entry, "commitment") == "erased" ? "erased · đã xóa" : "";
}
