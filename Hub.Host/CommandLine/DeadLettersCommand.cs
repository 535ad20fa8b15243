using System.CommandLine;
using System.Text.Json;

namespace Hub.Host.CommandLine;

/// <summary><c>hub dead-letters</c>: deliveries that were given up.</summary>
internal static class DeadLettersCommand
{
    private const int MaxGroups = 1_000;

    private static readonly Option<string?> Recipient = new("--recipient") { Description = "Only of this system (chỉ hệ thống này).", HelpName = "ADDRESS" };

    private static readonly Option<bool> Group = new("--group") { Description = "Counted by system and reason (theo nhóm)." };

    internal static Command Create()
    {
        var person = new PersonOptions();
        var command = new Command("dead-letters", "List deliveries that were given up, with reasons (lượt chuyển thất bại).") { Recipient, Group };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, hub => parsed.GetValue(Group) ? GroupsAsync(parsed, hub, cancellationToken) : ListAsync(parsed, hub, cancellationToken), cancellationToken));
        command.Subcommands.Add(DeadLetterNotesCommand.Show());
        command.Subcommands.Add(DeadLetterNotesCommand.Note());
        command.Subcommands.Add(DeadLetterNotesCommand.Owner());
        return command.WithExamples("""
            hub dead-letters
            hub dead-letters --group
            hub dead-letters --recipient H06.40/qlvb --json
            hub dead-letters note H06.40/qlvb:recipient-failed "Đã gọi đơn vị nhận, chiều sửa xong"
            hub dead-letters owner H06.40/qlvb:recipient-failed operator:an
            """);
    }

    private static async Task<int> ListAsync(ParseResult parsed, OperatorConnection hub, CancellationToken cancellationToken)
    {
        var rows = await AllAsync(hub, parsed.GetValue(Recipient), cancellationToken);
        var output = new Output(parsed);
        if (output.IsJson)
        {
            output.Json(new { items = rows });
            return ExitCode.Ok;
        }

        output.Table(
            ["Delivery", "Since · Từ", "Recipient · Nơi nhận", "Attempts", "Problem · Lỗi", "Message · Thông điệp"],
            rows.Select(static d => (IReadOnlyList<string>)[
                Output.Text(d, "id"), Output.Time(d, "changed"), Output.Text(d, "recipient"), Output.Text(d, "attempts"),
                $"{Output.Text(d, "lastProblem")} {Output.Text(d, "lastDetail")}".Trim(), Output.Text(d, "message")]));
        output.Line(rows.Count == 0 ? "None. Không có." : $"{rows.Count}. Set one going again: hub replay DELIVERY");
        return ExitCode.Ok;
    }

    private static async Task<int> GroupsAsync(ParseResult parsed, OperatorConnection hub, CancellationToken cancellationToken)
    {
        var filter = parsed.GetValue(Recipient) is { } recipient ? $"&recipient={Uri.EscapeDataString(recipient)}" : "";
        var rows = await hub.ListAsync($"/api/v1/operator/dead-letters/groups?limit=200{filter}", MaxGroups, cancellationToken);
        var output = new Output(parsed);
        if (output.IsJson)
        {
            output.Json(new { items = rows });
            return ExitCode.Ok;
        }

        output.Table(
            ["Group · Nhóm", "Count · Số", "Oldest · Cũ nhất", "Newest · Mới nhất", "Latest · Lần cuối", "Owner · Phụ trách", "Note · Ghi chú"],
            rows.OrderByDescending(static g => g.GetProperty("count").GetInt64()).Select(static g => (IReadOnlyList<string>)[
                Output.Text(g, "group"), Output.Text(g, "count"), Output.Time(g, "oldest"), Output.Time(g, "newest"), Output.Short(Output.Text(g, "latestDetail"), 60),
                Output.Text(g, "owner"), g.TryGetProperty("latestNote", out var note) ? Output.Short(Output.Text(note, "text"), 40) : ""]));
        return ExitCode.Ok;
    }

    /// <summary>Every dead delivery, page by page.</summary>
    internal static async Task<IReadOnlyList<JsonElement>> AllAsync(OperatorConnection hub, string? recipient, CancellationToken cancellationToken)
    {
        List<JsonElement> rows = [];
        string? cursor = null;
        do
        {
            var filter = recipient is null ? "" : $"&recipient={Uri.EscapeDataString(recipient)}";
            var page = await hub.GetAsync($"/api/v1/operator/dead-letters?limit=200{filter}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}", cancellationToken);
            rows.AddRange(Output.Items(page));
            cursor = Output.Text(page, "next") is { Length: > 0 } next ? next : null;
        }
        while (cursor is not null);
        return rows;
    }
}
