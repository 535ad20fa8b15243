using System.CommandLine;
using System.Text.Json;

namespace Hub.Host.CommandLine;

/// <summary><c>hub messages</c>: lists messages, newest first.</summary>
internal static class MessagesCommand
{
    private static readonly (Option<string?> Option, string Parameter)[] Filters =
    [
        (new("--from") { Description = "Sending system (hệ thống gửi).", HelpName = "ADDRESS" }, "from"),
        (new("--recipient") { Description = "Receiving system (hệ thống nhận).", HelpName = "ADDRESS" }, "recipient"),
        (new("--type") { Description = "Message type, e.g. vn.document.v1.", HelpName = "TYPE" }, "type"),
        (new("--state") { Description = "State of a delivery: queued, claimed, delivered, acknowledged, dead, expired, cancelled.", HelpName = "STATE" }, "state"),
        (new("--since") { Description = "Accepted at or after: a day (from midnight in Vietnam), or RFC 3339 with its zone, e.g. 2026-11-23T00:00:00+07:00.", HelpName = "TIME" }, "since"),
        (new("--until") { Description = "Accepted before: a day, or RFC 3339 with its zone.", HelpName = "TIME" }, "until"),
        (new("--conversation") { Description = "Conversation.", HelpName = "ID" }, "conversation"),
        (new("--cursor") { Description = "Where the page before ended.", HelpName = "CURSOR" }, "cursor"),
    ];

    private static readonly Option<int> Limit = new("--limit") { Description = "Rows, 1 to 200.", DefaultValueFactory = static _ => 50, HelpName = "N" };

    internal static Command Create()
    {
        var person = new PersonOptions();
        var command = new Command("messages", "List messages, newest first (liệt kê thông điệp).") { Limit };
        foreach (var (option, _) in Filters) command.Options.Add(option);
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, hub => ListAsync(parsed, hub, cancellationToken), cancellationToken));
        return command.WithExamples("""
            hub messages --state dead
            hub messages --as auditor:minh --key minh.pem --url https://hub.example.gov.vn
            hub messages --from H06/qlvb --since 2026-11-01T00:00:00+07:00 --json
            """);
    }

    private static async Task<int> ListAsync(ParseResult parsed, OperatorConnection hub, CancellationToken cancellationToken)
    {
        var query = Filters.Select(filter => (filter.Parameter, Value: parsed.GetValue(filter.Option))).Where(static pair => pair.Value is not null)
            .Select(static pair => $"&{pair.Parameter}={Uri.EscapeDataString(pair.Value!)}");
        var page = await hub.GetAsync($"/api/v1/messages?limit={parsed.GetValue(Limit)}{string.Concat(query)}", cancellationToken);
        var output = new Output(parsed);
        if (output.IsJson)
        {
            output.Json(page);
            return ExitCode.Ok;
        }

        output.Table(
            ["Accepted · Tiếp nhận", "Key · Khóa", "From · Nơi gửi", "Type · Loại", "Size", "Assurance · Mức bảo đảm"],
            Output.Items(page).Select(static m => (IReadOnlyList<string>)[Output.Time(m, "accepted"), Output.Text(m, "key"), Output.Text(m, "from"), Output.Text(m, "type"), Output.Text(m, "size"), Output.Text(m, "assurance")]));
        if (page.TryGetProperty("next", out var next) && next.ValueKind == JsonValueKind.String) output.Line($"More: --cursor {next.GetString()}");
        return ExitCode.Ok;
    }
}
