using System.CommandLine;
using Hub.Core.Registry;
using Hub.Core.Services;

namespace Hub.Host.CommandLine;

/// <summary><c>hub service check</c>: what the hub would say about a service's schema, without a hub.</summary>
internal static class ServiceCommand
{
    private static readonly Argument<string> SchemaFile = new("FILE") { Description = "Schema: .xsd is XML Schema 1.0, .json is JSON Schema 2020-12 (lược đồ)." };

    private static readonly Option<string?> Against = new("--against") { Description = "The schema in force, which it is to replace under the same type (lược đồ đang dùng).", HelpName = "FILE" };

    internal static Command Create()
    {
        var check = new Command("check", "Check a service's schema, and whether it may replace another (kiểm tra lược đồ của dịch vụ).") { SchemaFile, Against };
        check.SetAction(static (parsed, cancellationToken) => OperatorCommand.GuardAsync(parsed, () => CheckAsync(parsed, cancellationToken)));
        check.WithExamples("""
            hub service check land.schema.json
            hub service check land-new.xsd --against land.xsd
            """);
        return new Command("service", "Contracts of services (hợp đồng dịch vụ).") { check };
    }

    private static async Task<int> CheckAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var schema = await ReadAsync(parsed.GetValue(SchemaFile)!, cancellationToken);
        var mistakes = ServiceSchemas.Check(schema);
        var breaks = mistakes.Count == 0 && parsed.GetValue(Against) is { } file ? SchemaCompatibility.Check(await ReadAsync(file, cancellationToken), schema) : [];
        var output = new Output(parsed);
        if (output.IsJson) output.Json(new { dialect = schema.Dialect, mistakes, breaks });
        else Write(output, schema, mistakes, breaks, parsed.GetValue(Against) is not null);
        return mistakes.Count + breaks.Count == 0 ? ExitCode.Ok : ExitCode.Refused;
    }

    private static void Write(Output output, ServiceSchema schema, IReadOnlyList<SchemaMistake> mistakes, IReadOnlyList<SchemaMistake> breaks, bool compared)
    {
        foreach (var mistake in mistakes) output.Line($"- {mistake}");
        foreach (var broken in breaks) output.Line($"- {broken}");
        if (mistakes.Count > 0) output.Line($"{mistakes.Count} mistake(s): the hub would refuse this schema ({schema.Dialect}). Lược đồ chưa đăng ký được.");
        else if (breaks.Count > 0) output.Line("Not compatible: what was valid would be refused. Register it as the next version of the type. Không tương thích: đăng ký thành phiên bản mới.");
        else output.Line($"Fine: every rule is asserted ({schema.Dialect}){(compared ? ", and everything that was valid stays valid" : "")}. Lược đồ hợp lệ.");
    }

    private static async Task<ServiceSchema> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (new FileInfo(path) is { Exists: true, Length: > ServiceDialects.MaxBytes } large)
            throw new FormatException($"'{path}' has {large.Length} bytes; a schema has at most {ServiceDialects.MaxBytes}.");
        var text = (await File.ReadAllTextAsync(path, cancellationToken)).TrimStart('\uFEFF');
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".xsd" or ".xml" => new ServiceSchema(ServiceDialects.Xsd, ServiceDialects.Xsd10, text),
            ".json" => new ServiceSchema(ServiceDialects.JsonSchema, ServiceDialects.Json202012, text),
            _ => throw new FormatException($"'{path}' ends in neither .xsd nor .json."),
        };
    }
}
