using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hub.Core.Registry;
using Hub.Core.Registry.Bulk;
using Hub.Host.AgencyClient;

namespace Hub.Host.CommandLine;

/// <summary><c>hub onboard bulk</c> and <c>template</c>: thousands of systems from a spreadsheet, batch by batch. An interrupted run is simply
/// started again: what is in force already changes nothing.</summary>
internal static class BulkCommand
{
    internal static Command Template()
    {
        var vietnamese = new Option<bool>("--vietnamese") { Description = "Headers in Vietnamese, semicolons between cells (tiêu đề tiếng Việt)." };
        var command = new Command("template", "Write the CSV file to fill in (mẫu CSV).") { vietnamese };
        command.SetAction(parsed =>
        {
            BulkTemplate.Write(parsed.InvocationConfiguration.Output, parsed.GetValue(vietnamese));
            return ExitCode.Ok;
        });
        return command.WithExamples("hub onboard template --vietnamese > he-thong.csv");
    }

    internal static Command Create()
    {
        var person = new PersonOptions();
        var file = new Argument<string>("FILE") { Description = "Systems, .csv or .yaml; see 'hub onboard template' (tệp hệ thống)." };
        var (reason, dryRun) = (RegistryCommand.Reason(), RegistryCommand.DryRun());
        var command = new Command("bulk", "Take in many systems with keys and rights; shows the difference first with --dry-run (nhập hàng loạt).") { file, reason, dryRun };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.GuardAsync(parsed, async () =>
        {
            var plan = Read(parsed.GetValue(file)!, parsed.GetValue(reason));
            await using var hub = await person.OpenAsync(parsed, cancellationToken);
            return await RunAsync(parsed, hub, plan, parsed.GetValue(dryRun), cancellationToken);
        }));
        return command.WithExamples("""
            hub onboard bulk systems.csv --dry-run
            hub onboard bulk systems.csv --reason "Công văn 12/UBND"
            hub onboard bulk systems.yaml --as an --key an.pem --url https://hub.example.gov.vn --json
            """);
    }

    private static BulkPlan Read(string path, string? reason)
    {
        var format = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".csv" => BulkFormat.Csv,
            ".yaml" or ".yml" => BulkFormat.Yaml,
            _ => throw new FormatException($"'{path}' is neither .csv nor .yaml."),
        };
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        using var stream = File.OpenRead(path);
        return BulkFile.Read(stream, format, key => RegistryFile.ReadKey(Path.Combine(folder, key)), reason);
    }

    private static async Task<int> RunAsync(ParseResult parsed, OperatorConnection hub, BulkPlan plan, bool dryRun, CancellationToken cancellationToken)
    {
        var outcomes = await LongWork.RunAsync(dryRun ? "Checking · Đang kiểm tra" : "Applying · Đang áp dụng", async progress =>
        {
            List<JsonElement> done = [];
            foreach (var patch in plan.Patches)
            {
                done.Add(await ApplyAsync(parsed, hub, plan, patch, done.Count, dryRun, cancellationToken));
                progress((double)done.Count / plan.Patches.Count);
            }

            return done;
        });
        var output = new Output(parsed);
        if (output.IsJson) output.Json(new { plan.Summary, outcomes });
        else Report(output, plan, outcomes, dryRun);
        return ExitCode.Ok;
    }

    private static async Task<JsonElement> ApplyAsync(
        ParseResult parsed, OperatorConnection hub, BulkPlan plan, RegistryPatch patch, int before, bool dryRun, CancellationToken cancellationToken)
    {
        var changes = new JsonArray([.. patch.Changes.Select(static c => new JsonObject
        {
            ["section"] = c.Section, ["id"] = c.Id, ["value"] = c.Value?.DeepClone(), ["ifMatch"] = c.IfMatch,
        })]);
        try
        {
            var content = OperatorConnection.Json(new JsonObject { ["changes"] = changes, ["reason"] = patch.Reason });
            return await hub.JsonAsync(HttpMethod.Post, $"/api/v1/changes?dryRun={(dryRun ? "true" : "false")}", content, null, cancellationToken);
        }
        catch (HubRefusalException)
        {
            var lines = patch.Changes.Select(c => plan.LineOf(c.Section, c.Id)).OfType<long>().ToList();
            parsed.InvocationConfiguration.Error.WriteLine(
                $"Batch {before + 1} of {plan.Patches.Count} (lines {(lines.Count > 0 ? $"{lines.Min()} to {lines.Max()}" : "?")}) is refused; {(dryRun ? "nothing was changed" : $"the {before} before it are done")}. Correct the file and run it again. Lô {before + 1} bị từ chối.");
            throw;
        }
    }

    private static void Report(Output output, BulkPlan plan, List<JsonElement> outcomes, bool dryRun)
    {
        output.Line($"{plan.Summary.Rows} rows · dòng: {plan.Summary.Agencies} agencies, {plan.Summary.Systems} systems, {plan.Summary.Keys} keys, {plan.Summary.Rights} rights in {plan.Patches.Count} batches");
        var sections = outcomes.SelectMany(static o => Output.Items(o, "changes")).GroupBy(static s => Output.Text(s, "section"));
        output.Table(
            ["Section", "Added · Thêm", "Changed · Sửa", "Removed · Bỏ"],
            sections.Select(static s => (IReadOnlyList<string>)[s.Key, Count(s, "added"), Count(s, "changed"), Count(s, "removed")]));
        foreach (var warning in outcomes.SelectMany(static o => Output.Items(o, "warnings")).Take(20)) output.Line($"Warning · Lưu ý: {warning.GetString()}");
        var pending = outcomes.Where(static o => Output.Text(o, "state") == "pending").Select(static o => Output.Text(o, "proposal")).ToList();
        foreach (var proposal in pending) output.Line($"  waits · chờ duyệt: hub proposals approve {proposal} --as NAME --key FILE --url URL");
        output.Line(dryRun ? "Nothing was changed (dry run). Chưa thay đổi gì (chỉ kiểm tra)."
            : pending.Count > 0 ? $"{pending.Count} of {outcomes.Count} batches wait for a second person. Chờ người thứ hai phê duyệt."
            : $"In force as version {outcomes.Select(static o => Output.Text(o, "version")).LastOrDefault()}. Đã có hiệu lực.");
    }

    private static string Count(IEnumerable<JsonElement> sections, string name) => sections.Sum(s => Output.Items(s, name).Count()).ToString();
}
