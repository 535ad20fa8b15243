using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Hub.Core.Registry;
using Hub.Host.Api;
using Hub.Host.Composition;

namespace Hub.Host.CommandLine;

/// <summary><c>hub import</c>: replaces the registry by a document, or writes out the one in force.</summary>
internal static class ImportCommand
{
    private static readonly Argument<string?> File = new("FILE") { Description = "Registry document, YAML (tệp danh bạ).", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only check and compare; change nothing (chỉ kiểm tra)." };

    private static readonly Option<bool> Export = new("--export") { Description = "Write the document in force to stdout instead (xuất danh bạ hiện hành)." };

    internal static Command Create()
    {
        var command = new Command("import", "Replace the registry: agencies, systems, keys, services, groups, rights (nhập danh bạ).") { File, DryRun, Export };
        command.Validators.Add(static result =>
        {
            if (result.GetValue(File) is null != result.GetValue(Export)) result.AddError("Give either FILE to import, or --export.");
        });
        command.SetAction(RunAsync);
        return command.WithExamples("""
            hub import registry.yaml --dry-run
            hub import registry.yaml
            hub import --export > registry-in-force.yaml
            """);
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken) => parsed.GetValue(Export)
        ? OperatorCommand.RunAsync(parsed, hub => ExportAsync(parsed, hub, cancellationToken), cancellationToken)
        : OperatorCommand.GuardAsync(parsed, async () =>
        {
            var file = await RegistryFile.ReadAsync(parsed.GetValue(File)!, cancellationToken);
            if (!new DataFolder(parsed.GetValue(SharedOptions.Data)!).Exists)
            {
                // A new hub is made for a document that is right, and for nothing less.
                var report = RegistryService.CheckFirst(file.Text, file.Hub, development: true);
                if (parsed.GetValue(DryRun)) return Report(parsed, JsonSerializer.SerializeToElement(report, HubJson.Options));
            }

            return await OperatorCommand.RunAsync(parsed, hub => ImportAsync(parsed, hub, file, cancellationToken), cancellationToken, file.Hub);
        });

    private static async Task<int> ExportAsync(ParseResult parsed, OperatorConnection hub, CancellationToken cancellationToken)
    {
        var octets = await hub.OctetsAsync(HttpMethod.Get, "/api/v1/operator/registry", null, null, cancellationToken);
        new Output(parsed).Line(Encoding.UTF8.GetString(octets).TrimEnd('\n'));
        return ExitCode.Ok;
    }

    private static async Task<int> ImportAsync(ParseResult parsed, OperatorConnection hub, RegistryFile file, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(file.Text));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/yaml");
        var dryRun = parsed.GetValue(DryRun);
        var report = await hub.JsonAsync(HttpMethod.Post, $"/api/v1/operator/import?dryRun={(dryRun ? "true" : "false")}", content, null, cancellationToken);
        return Report(parsed, report);
    }

    private static int Report(ParseResult parsed, JsonElement report)
    {
        var output = new Output(parsed);
        if (output.IsJson) output.Json(report);
        else Show(output, report, parsed.GetValue(DryRun));
        return ExitCode.Ok;
    }

    private static void Show(Output output, JsonElement report, bool dryRun)
    {
        var changes = Output.Items(report, "changes").ToList();
        foreach (var warning in Output.Items(report, "warnings")) output.Line($"Warning: {warning.GetString()}");
        if (changes.Count > 0)
        {
            output.Table(
                ["Section", "Added · Thêm", "Changed · Sửa", "Removed · Bỏ"],
                changes.Select(static section => (IReadOnlyList<string>)[Output.Text(section, "section"), Names(section, "added"), Names(section, "changed"), Names(section, "removed")]));
        }

        var version = Output.Text(report, "version");
        foreach (var need in Output.Items(report, "needs")) output.Line($"Needs approval · Cần phê duyệt: {Output.Text(need, "by")} {Output.Text(need, "agency")} ({Output.Text(need, "why")})");
        output.Line(Output.Text(report, "state") == "pending"
            ? $"Waits for a second person as proposal {Output.Text(report, "proposal")}: 'hub proposals approve {Output.Text(report, "proposal")}'. Đang chờ người thứ hai phê duyệt."
            : dryRun ? "Nothing was changed (dry run). Chưa thay đổi gì (chỉ kiểm tra)."
            : changes.Count == 0 ? $"The registry says this already: version {version}. Danh bạ không thay đổi."
            : $"Registry version {version} is in force. Danh bạ phiên bản {version} đã có hiệu lực.");
    }

    private static string Names(JsonElement section, string name)
    {
        List<string> names = [.. Output.Items(section, name).Select(static item => item.GetString() ?? "")];
        return names.Count <= 5 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(5))} … ({names.Count})";
    }
}
