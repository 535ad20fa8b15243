using System.CommandLine;
using System.Text.Json;

namespace Hub.Host.CommandLine;

/// <summary><c>hub right explain</c>: which right decides. Exit code 1 when it is denied.</summary>
internal static class RightCommand
{
    internal static Command Create()
    {
        var command = new Command("right", "Rights: why something is allowed or denied (quyền).");
        command.Subcommands.Add(Explain());
        return command.WithExamples("hub right explain H29.12/qlvb H29.13 --service vn.document.v1");
    }

    private static Command Explain()
    {
        var person = new PersonOptions();
        var from = new Argument<string?>("FROM") { Description = "The sending system (bên gửi).", Arity = ArgumentArity.ZeroOrOne };
        var to = new Argument<string?>("TO") { Description = "Agency or agency/system (bên nhận).", Arity = ArgumentArity.ZeroOrOne };
        var service = new Option<string?>("--service") { Description = "Message type (dịch vụ).", HelpName = "TYPE" };
        var at = new Option<string?>("--at") { Description = "At this instant: a day (from midnight in Vietnam) or an RFC 3339 time (tại thời điểm).", HelpName = "TIME" };
        var message = new Option<string?>("--message") { Description = "Instead: explain again what was decided about this message, by the registry of its time.", HelpName = "KEY" };
        var priority = new Option<int?>("--priority") { Description = "Priority of the message, 0 to 4 (độ khẩn).", HelpName = "N" };
        var command = new Command("explain", "Say which right decides, and why the others do not (giải thích).") { from, to, service, at, message, priority };
        person.AddTo(command);
        command.Validators.Add(result =>
        {
            var pair = result.GetValue(from) is not null && result.GetValue(to) is not null && result.GetValue(service) is not null;
            if (result.GetValue(message) is null ? !pair : result.GetValue(from) is not null) result.AddError("Give FROM TO --service TYPE, or --message KEY.");
        });
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, async hub =>
        {
            List<string> query = [];
            Add(query, "from", parsed.GetValue(from));
            Add(query, "to", parsed.GetValue(to));
            Add(query, "type", parsed.GetValue(service));
            Add(query, "at", parsed.GetValue(at));
            Add(query, "message", parsed.GetValue(message));
            Add(query, "priority", parsed.GetValue(priority)?.ToString());
            return Write(new Output(parsed), await hub.GetAsync("/api/v1/rights/explain?" + string.Join('&', query), cancellationToken));
        }, cancellationToken));
        return command.WithExamples("""
            hub right explain H29.12/qlvb H29.13 --service vn.document.v1
            hub right explain H29.12/qlvb H29.13/mcdt --service vn.document.v1 --at 2025-06-30T12:00:00+07:00
            hub right explain --message 3f5a…64-digits
            """);
    }

    private static int Write(Output output, JsonElement explanation)
    {
        var decisions = Output.Items(explanation, "decisions").ToList();
        var allowed = decisions.Count > 0 && decisions.All(static d => Output.Text(d, "allowed") == "true");
        if (output.IsJson) output.Json(explanation);
        else
        {
            output.Line($"Registry version · phiên bản {Output.Text(explanation, "version")}, at {Output.Time(explanation, "at")}");
            foreach (var decision in decisions)
            {
                var redirected = Output.Text(decision, "redirectedFrom") is { Length: > 0 } agency ? $", redirected from · chuyển từ {agency} ({Output.Text(decision, "reorganisation")})" : "";
                output.Line($"{(Output.Text(decision, "allowed") == "true" ? "allowed · được phép" : "denied · không được phép")}: {Output.Text(decision, "to")} ({Output.Text(decision, "why")}{redirected}) {Output.Text(decision, "right")}".TrimEnd());
                foreach (var line in Output.Items(decision, "lines")) output.Line($"  {line.GetString()}");
            }
        }

        return allowed ? ExitCode.Ok : ExitCode.Refused;
    }

    private static void Add(List<string> query, string name, string? value)
    {
        if (value is not null) query.Add($"{name}={Uri.EscapeDataString(value)}");
    }
}
