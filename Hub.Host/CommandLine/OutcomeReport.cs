using System.Text.Json;

namespace Hub.Host.CommandLine;

/// <summary>Shows what became of a change of the registry.</summary>
internal static class OutcomeReport
{
    internal static int Show(Output output, JsonElement outcome)
    {
        if (output.IsJson)
        {
            output.Json(outcome);
            return ExitCode.Ok;
        }

        foreach (var warning in Output.Items(outcome, "warnings")) output.Line($"Warning · Lưu ý: {warning.GetString()}");
        var changes = Output.Items(outcome, "changes").ToList();
        if (changes.Count > 0)
        {
            output.Table(
                ["Section", "Added · Thêm", "Changed · Sửa", "Removed · Bỏ"],
                changes.Select(static section => (IReadOnlyList<string>)[Output.Text(section, "section"), Names(section, "added"), Names(section, "changed"), Names(section, "removed")]));
        }

        var version = Output.Text(outcome, "version");
        output.Line(Output.Text(outcome, "state") switch
        {
            "applied" => $"In force as version {version}. Đã có hiệu lực, phiên bản {version}.",
            "pending" => $"Waits for approval as proposal {Output.Text(outcome, "proposal")}. Chờ phê duyệt.",
            "unchanged" => $"The registry says this already: version {version}. Danh bạ không thay đổi.",
            _ => "Nothing was changed (dry run). Chưa thay đổi gì (chỉ kiểm tra).",
        });
        foreach (var need in Output.Items(outcome, "needs"))
            output.Line($"  needs · cần: {Output.Text(need, "by")} {Output.Text(need, "agency")} – {Output.Text(need, "why")}".TrimEnd());
        if (Output.Text(outcome, "state") == "pending")
            output.Line($"  Another operator approves it with his own key: hub proposals approve {Output.Text(outcome, "proposal")} --as NAME --key FILE --url URL");
        return ExitCode.Ok;
    }

    private static string Names(JsonElement section, string name)
    {
        List<string> names = [.. Output.Items(section, name).Select(static item => item.GetString() ?? "")];
        return names.Count <= 5 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(5))} … ({names.Count})";
    }
}
