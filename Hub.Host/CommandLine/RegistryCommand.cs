using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hub.Core.Registry;
using Hub.Host.Api.Registry;

namespace Hub.Host.CommandLine;

/// <summary><c>hub registry</c>: objects of the registry one by one, and their history.</summary>
internal static class RegistryCommand
{
    private const int MaxRows = 10_000;

    internal static Command Create()
    {
        var command = new Command("registry", "Look at the registry and change parts of it (tra cứu và sửa danh bạ).");
        command.Subcommands.Add(Show());
        command.Subcommands.Add(Set());
        command.Subcommands.Add(Remove());
        command.Subcommands.Add(History());
        command.Subcommands.Add(Changes());
        command.Subcommands.Add(RehearseCommand.Create());
        return command.WithExamples("""
            hub registry show agencies --under H29 --q "noi vu"
            hub registry set new-agency.yaml --reason "Nghị quyết 60/NQ-CP"
            hub registry history keys "H29.12/qlvb k1"
            """);
    }

    private static Argument<string> Section()
    {
        var section = new Argument<string>("SECTION") { Description = string.Join(", ", RegistrySections.All) };
        section.AcceptOnlyFromAmong([.. RegistrySections.All]);
        return section;
    }

    private static Option<string?> Text(string name, string description, string help) => new(name) { Description = description, HelpName = help };

    private static Command Show()
    {
        var person = new PersonOptions();
        var (section, id) = (Section(), new Argument<string?>("ID") { Description = "One object; all when left out (một đối tượng).", Arity = ArgumentArity.ZeroOrOne });
        var at = Text("--at", "As it was, or will be, at this instant: a day (from midnight in Vietnam) or an RFC 3339 time (tại thời điểm).", "TIME");
        var version = new Option<long?>("--version-of") { Description = "As it was at this version (tại phiên bản).", HelpName = "N" };
        (string Name, Option<string?> Option)[] filters =
        [
            ("under", Text("--under", "Only what stands at or below this agency (trong phạm vi cơ quan).", "AGENCY")),
            ("level", Text("--level", "Only agencies of this level (cấp).", "LEVEL")),
            ("q", Text("--q", "Only what has this in id or name, without regard to marks (tìm).", "TEXT")),
            ("type", Text("--type", "Only systems, rights or services of this message type.", "TYPE")),
        ];
        var command = new Command("show", "Show objects as they are, were or will be (xem).") { section, id, at, version };
        foreach (var (_, option) in filters) command.Options.Add(option);
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, hub =>
        {
            List<string> query = [.. filters.Where(f => parsed.GetValue(f.Option) is not null).Select(f => $"{f.Name}={Uri.EscapeDataString(parsed.GetValue(f.Option)!)}")];
            if (parsed.GetValue(at) is { } instant) query.Add($"at={Uri.EscapeDataString(instant)}");
            if (parsed.GetValue(version) is { } number) query.Add(string.Create(CultureInfo.InvariantCulture, $"version={number}"));
            return ShowAsync(new Output(parsed), hub, parsed.GetValue(section)!, parsed.GetValue(id), query, cancellationToken);
        }, cancellationToken));
        return command.WithExamples("""
            hub registry show agencies H29.12
            hub registry show agencies --under H29 --at 2025-06-30T00:00:00+07:00
            hub registry show rights --type vn.document.v1 --json
            """);
    }

    private static async Task<int> ShowAsync(Output output, OperatorConnection hub, string section, string? id, List<string> query, CancellationToken cancellationToken)
    {
        var suffix = query.Count > 0 ? "?" + string.Join('&', query) : "";
        if (id is not null || section == RegistrySections.Policy)
        {
            output.Json(await hub.GetAsync(RegistryPath.Of(section, id ?? section) + suffix, cancellationToken));
            return ExitCode.Ok;
        }

        var rows = await hub.ListAsync($"/api/v1/{section}{suffix}{(suffix.Length > 0 ? '&' : '?')}limit=200", MaxRows, cancellationToken);
        if (output.IsJson) output.Json(rows);
        else output.Table(["Id", "What it says · Nội dung"], rows.Select(static row => (IReadOnlyList<string>)[Output.Text(row, "id"), Line(row)]));
        return ExitCode.Ok;
    }

    private static string Line(JsonElement row)
    {
        var value = row.GetProperty("value");
        var line = string.Join("  ", value.EnumerateObject().Where(static m => m.Name is not ("pem" or "proof" or "schema" or "keys"))
            .Select(static m => $"{m.Name}: {(m.Value.ValueKind == JsonValueKind.String ? m.Value.GetString() : m.Value.GetRawText())}"));
        return row.TryGetProperty("state", out var state) && state.TryGetProperty("open", out var open) && !open.GetBoolean() ? $"[closed · đã đóng] {line}" : line;
    }

    private static Command Set()
    {
        var person = new PersonOptions();
        var file = new Argument<string>("FILE") { Description = "Part of a registry document (YAML), or a patch (JSON); - reads stdin." };
        var (reason, dryRun) = (Reason(), DryRun());
        var command = new Command("set", "Set objects; what the file does not name stays as it is (thêm, sửa).") { file, reason, dryRun };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, async hub =>
        {
            var changes = await RegistryPatchFile.ReadAsync(parsed.GetValue(file)!, Console.In, cancellationToken);
            return await ApplyAsync(parsed, hub, changes, parsed.GetValue(reason), parsed.GetValue(dryRun), cancellationToken);
        }, cancellationToken));
        return command.WithExamples("""
            hub registry set part.yaml --dry-run
            hub registry set part.yaml --reason "Công văn 12/SNV" --as an --key an.pem --url https://hub.example.gov.vn
            echo 'agencies: [{code: H29.99, name: Sở mới, level: department, parent: H29}]' | hub registry set -
            """);
    }

    private static Command Remove()
    {
        var person = new PersonOptions();
        var (section, id) = (Section(), new Argument<string>("ID") { Description = "What names the object." });
        var (reason, dryRun) = (Reason(), DryRun());
        var command = new Command("remove", "Remove an object that nothing names any more (xóa).") { section, id, reason, dryRun };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, async hub =>
        {
            // What is not there is refused: a slip of the pen must not look like a removal.
            await hub.GetAsync(RegistryPath.Of(parsed.GetValue(section)!, parsed.GetValue(id)!)!, cancellationToken);
            return await ApplyAsync(
                parsed, hub, [new JsonObject { ["section"] = parsed.GetValue(section), ["id"] = parsed.GetValue(id) }], parsed.GetValue(reason), parsed.GetValue(dryRun), cancellationToken);
        }, cancellationToken));
        return command.WithExamples("""
            hub registry remove rights r-0123456789abcdef --reason "Hết thỏa thuận"
            hub registry remove keys "H29.12/qlvb k1"
            """);
    }

    private static Command History()
    {
        var person = new PersonOptions();
        var (section, id) = (Section(), new Argument<string>("ID") { Description = "What names the object." });
        var command = new Command("history", "Every version of one object: who, when, why (lịch sử).") { section, id };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, async hub =>
        {
            var answer = await hub.GetAsync($"/api/v1/changes/history?section={parsed.GetValue(section)}&id={Uri.EscapeDataString(parsed.GetValue(id)!)}", cancellationToken);
            var output = new Output(parsed);
            if (output.IsJson) output.Json(Output.Items(answer).ToList());
            else
            {
                output.Table(
                    ["Version", "Time · Thời điểm", "Who · Ai", "Approved · Duyệt", "Why · Vì sao", "What it says · Nội dung"],
                    Output.Items(answer).Select(static v => (IReadOnlyList<string>)[
                        Output.Text(v, "version"), Output.Time(v, "time"), Output.Text(v, "actor"), Output.Text(v, "approvedBy"), Output.Text(v, "reason"),
                        v.TryGetProperty("value", out _) ? Line(v) : "removed · đã xóa"]));
            }

            return ExitCode.Ok;
        }, cancellationToken));
        return command.WithExamples("""hub registry history agencies H29.12""");
    }

    private static Command Changes()
    {
        var person = new PersonOptions();
        var after = new Option<long>("--after") { Description = "Only after this version (sau phiên bản).", HelpName = "N" };
        var wait = new Option<int>("--wait") { Description = "Wait up to so many seconds for a change, at most 60 (chờ).", HelpName = "S" };
        var command = new Command("changes", "Changes in force, oldest first (các thay đổi).") { after, wait };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, async hub =>
        {
            var feed = await hub.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/api/v1/changes?after={parsed.GetValue(after)}&wait={parsed.GetValue(wait)}&limit=200"), cancellationToken);
            var output = new Output(parsed);
            if (output.IsJson) output.Json(feed);
            else
            {
                output.Table(
                    ["Version", "Time · Thời điểm", "Who · Ai", "Approved · Duyệt", "Why · Vì sao", "Objects · Đối tượng"],
                    Output.Items(feed).Select(static v => (IReadOnlyList<string>)[
                        Output.Text(v, "version"), Output.Time(v, "time"), Output.Text(v, "actor"), Output.Text(v, "approvedBy"), Output.Text(v, "reason"), Objects(v)]));
            }

            return ExitCode.Ok;
        }, cancellationToken));
        return command.WithExamples("""
            hub registry changes --after 12
            hub registry changes --after 12 --wait 60 --json
            """);
    }

    private static string Objects(JsonElement version)
    {
        List<string> names = [.. Output.Items(version, "changes").Select(static c => $"{Output.Text(c, "section")} {Output.Text(c, "id")}")];
        return names.Count <= 4 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(4))} … ({names.Count})";
    }

    internal static Option<string?> Reason() => Text("--reason", "Why; stands in the log (lý do).", "TEXT");

    internal static Option<bool> DryRun() => new("--dry-run") { Description = "Only check and compare; change nothing (chỉ kiểm tra)." };

    internal static async Task<int> ApplyAsync(ParseResult parsed, OperatorConnection hub, JsonArray changes, string? reason, bool dryRun, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(new JsonObject { ["changes"] = changes, ["reason"] = reason }.ToJsonString()));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return OutcomeReport.Show(new Output(parsed), await hub.JsonAsync(HttpMethod.Post, $"/api/v1/changes?dryRun={(dryRun ? "true" : "false")}", content, null, cancellationToken));
    }
}
