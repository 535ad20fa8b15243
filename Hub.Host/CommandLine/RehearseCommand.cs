using System.CommandLine;
using System.Text.Json;

namespace Hub.Host.CommandLine;

/// <summary><c>hub registry rehearse</c>: what planned reorganisations will do until a date.</summary>
internal static class RehearseCommand
{
    internal static Command Create()
    {
        var person = new PersonOptions();
        var date = new Argument<string>("DATE") { Description = "A day, 2027-07-01, or an RFC 3339 time (ngày hiệu lực)." };
        var command = new Command("rehearse", "What planned reorganisations will do to agencies, groups, rights and open traffic (diễn tập sắp xếp).") { date };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, async hub =>
        {
            var report = await hub.GetAsync($"/api/v1/operator/rehearsal?date={Uri.EscapeDataString(parsed.GetValue(date)!)}", cancellationToken);
            var output = new Output(parsed);
            if (output.IsJson) output.Json(report);
            else Show(output, report);
            return ExitCode.Ok;
        }, cancellationToken));
        return command.WithExamples("""
            hub registry rehearse 2027-07-01
            hub registry rehearse 2027-07-01T00:00:00+07:00 --json
            """);
    }

    private static void Show(Output output, JsonElement report)
    {
        output.Line($"From {Output.Time(report, "at")} to {Output.Time(report, "date")}, registry version {Output.Text(report, "version")}. Từ nay đến ngày đó.");
        if (report.GetProperty("date").GetDateTimeOffset() <= report.GetProperty("at").GetDateTimeOffset())
            output.Line("That date has passed, so nothing changes between now and then: give one to come. Ngày này đã qua, hãy chọn ngày sắp tới.");
        Part(output, report, "reorganisations", "Reorganisations · Các đợt sắp xếp", ["Id", "On · Ngày", "Basis · Căn cứ", "Acts"],
            static r => [Output.Text(r, "id"), Output.Time(r, "on"), Output.Text(r, "basis"), Output.Text(r, "acts")]);
        Part(output, report, "agencies", "Agencies that change · Cơ quan thay đổi", ["Agency · Cơ quan", "Name · Tên", "What · Thay đổi", "Successors · Kế thừa", "Systems · Hệ thống"],
            static a => [Output.Text(a, "code"), Output.Text(a, "name"), List(a, "what"), List(a, "successors"), List(a, "systems")]);
        Part(output, report, "groups", "Groups · Nhóm nơi nhận", ["Group", "Now · Nay", "Then · Sau", "Gains · Thêm", "Loses · Bớt"],
            static g => [Output.Text(g, "name"), Output.Text(g, "before"), Output.Text(g, "after"), List(g, "added"), List(g, "removed")]);
        Part(output, report, "traffic", "Open traffic · Thông điệp chưa xong", ["System", "Type", "Queued · Chờ", "Claimed · Đang xử lý", "Conversations", "Becomes · Sẽ", "To · Why"],
            static t => [Output.Text(t, "system"), Output.Text(t, "type"), Output.Text(t, "queued"), Output.Text(t, "claimed"), Output.Text(t, "conversations"), Output.Text(t, "outcome"), Output.Text(t, "to") + Output.Text(t, "detail")]);
        Part(output, report, "rights", "Rights of pairs in use · Quyền của các cặp đang trao đổi", ["From", "Type", "To", "Change · Thay đổi", "Right", "Why · Vì sao"],
            static r => [Output.Text(r, "from"), Output.Text(r, "type"), Output.Text(r, "to"), Output.Text(r, "change"), Output.Text(r, "right"), Output.Text(r, "why")]);
        Part(output, report, "problems", "Leads nowhere · Không có nơi nhận", ["Agency", "Type", "Problem · Lỗi", "Detail"],
            static p => [Output.Text(p, "agency"), Output.Text(p, "type"), Output.Text(p, "code"), Output.Text(p, "detail")]);
        if (!report.GetProperty("complete").GetBoolean()) output.Line("There is more open traffic than a rehearsal looks at: the counts are too low. Số liệu chưa đầy đủ.");
    }

    private static void Part(
        Output output, JsonElement report, string name, string title, IReadOnlyList<string> headers, Func<JsonElement, IReadOnlyList<string>> row)
    {
        List<JsonElement> items = [.. Output.Items(report, name)];
        output.Line();
        output.Line(items.Count == 0 ? $"{title}: none · không có" : $"{title}: {items.Count}");
        if (items.Count > 0) output.Table(headers, items.Select(row));
    }

    private static string List(JsonElement item, string name)
    {
        List<string> texts = [.. item.GetProperty(name).EnumerateArray().Select(static t => t.GetString()!)];
        return texts.Count <= 6 ? string.Join(", ", texts) : $"{string.Join(", ", texts.Take(6))} … ({texts.Count})";
    }
}
