using System.CommandLine;
using System.Text.Json;

namespace Hub.Host.CommandLine;

/// <summary><c>hub proposals</c>: what waits for a second person.</summary>
internal static class ProposalsCommand
{
    private const int MaxRows = 1_000;

    internal static Command Create()
    {
        var person = new PersonOptions();
        var state = new Option<string>("--state") { Description = "pending, applied, rejected, withdrawn, expired, or all.", DefaultValueFactory = static _ => "pending", HelpName = "STATE" };
        state.AcceptOnlyFromAmong("pending", "applied", "rejected", "withdrawn", "expired", "all");
        var command = new Command("proposals", "Changes that wait for approval: list, show, approve, reject (đề xuất chờ duyệt).") { state };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(
            parsed, person, hub => ListAsync(new Output(parsed), hub, parsed.GetValue(state)!, cancellationToken), cancellationToken));
        command.Subcommands.Add(Show());
        command.Subcommands.Add(Decide("approve", "Approve; the last approval missing puts it in force (phê duyệt).", reasonRequired: false));
        command.Subcommands.Add(Decide("reject", "Reject, or withdraw your own (từ chối).", reasonRequired: true));
        return command.WithExamples("""
            hub proposals
            hub proposals show 01JD…
            hub proposals approve 01JD… --as binh --key binh.pem --url https://hub.example.gov.vn
            hub proposals reject 01JD… --reason "Thiếu văn bản đồng ý"
            """);
    }

    private static Argument<string> Id() => new("ID") { Description = "The proposal (mã đề xuất)." };

    private static async Task<int> ListAsync(Output output, OperatorConnection hub, string state, CancellationToken cancellationToken)
    {
        var rows = await hub.ListAsync(state == "all" ? "/api/v1/changes/proposals" : $"/api/v1/changes/proposals?state={state}", MaxRows, cancellationToken);
        if (output.IsJson) output.Json(rows);
        else
        {
            output.Table(
                ["Id", "Made · Lập", "Who · Ai", "State", "Needs · Cần", "Objects · Đối tượng"],
                rows.Select(static p => (IReadOnlyList<string>)[
                    Output.Text(p, "id"), Output.Time(p, "created"), Output.Text(p, "actor"), Output.Text(p, "state"), Needs(p), Objects(p)]));
        }

        return ExitCode.Ok;
    }

    private static Command Show()
    {
        var person = new PersonOptions();
        var id = Id();
        var command = new Command("show", "Show a proposal in full, with what is in force now (xem).") { id };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, async hub =>
        {
            var proposal = await hub.GetAsync($"/api/v1/changes/proposals/{Uri.EscapeDataString(parsed.GetValue(id)!)}", cancellationToken);
            var output = new Output(parsed);
            if (output.IsJson) output.Json(proposal);
            else Write(output, proposal);
            return ExitCode.Ok;
        }, cancellationToken));
        return command.WithExamples("hub proposals show 01JD…");
    }

    private static void Write(Output output, JsonElement proposal)
    {
        output.Line($"Proposal · Đề xuất {Output.Text(proposal, "id")} ({Output.Text(proposal, "kind")}): {Output.Text(proposal, "state")}");
        output.Line($"  by {Output.Text(proposal, "actor")} on {Output.Time(proposal, "created")}, waits until {Output.Time(proposal, "expires")}; {Output.Text(proposal, "reason")}");
        foreach (var need in Output.Items(proposal, "missing")) output.Line($"  needs · cần: {Output.Text(need, "by")} {Output.Text(need, "agency")} – {Output.Text(need, "why")}");
        foreach (var given in Output.Items(proposal, "approvals")) output.Line($"  approved · đã duyệt: {Output.Text(given, "by")} {Output.Time(given, "time")} {Output.Text(given, "reason")}".TrimEnd());
        if (proposal.TryGetProperty("end", out var end)) output.Line($"  ended · kết thúc: {Output.Text(end, "by")} {Output.Time(end, "time")} {Output.Text(end, "reason")}".TrimEnd());
        foreach (var change in Output.Items(proposal, "changes"))
        {
            output.Line();
            output.Line($"{Output.Text(change, "section")} {Output.Text(change, "id")}");
            output.Line($"  - {(change.TryGetProperty("now", out var now) ? now.GetRawText() : "nothing · chưa có")}");
            output.Line($"  + {(change.TryGetProperty("value", out var value) ? value.GetRawText() : "removed · xóa")}");
        }
    }

    private static Command Decide(string verb, string description, bool reasonRequired)
    {
        var person = new PersonOptions();
        var id = Id();
        var reason = new Option<string?>("--reason") { Description = "Why; stands in the log (lý do).", HelpName = "TEXT", Required = reasonRequired };
        var command = new Command(verb, description) { id, reason };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, async hub =>
        {
            var outcome = await hub.PostAsync($"/api/v1/changes/proposals/{Uri.EscapeDataString(parsed.GetValue(id)!)}/{verb}", new { reason = parsed.GetValue(reason) }, cancellationToken);
            var output = new Output(parsed);
            if (verb == "approve") return OutcomeReport.Show(output, outcome);
            if (output.IsJson) output.Json(outcome);
            else output.Line($"Proposal {Output.Text(outcome, "id")} is {Output.Text(outcome, "state")}. Đề xuất đã kết thúc.");
            return ExitCode.Ok;
        }, cancellationToken));
        return command.WithExamples($"hub proposals {verb} 01JD… --reason \"Đã kiểm tra\" --as binh --key binh.pem --url https://hub.example.gov.vn");
    }

    private static string Needs(JsonElement proposal) =>
        string.Join(", ", Output.Items(proposal, "missing").Select(static n => $"{Output.Text(n, "by")} {Output.Text(n, "agency")}".TrimEnd()));

    private static string Objects(JsonElement proposal)
    {
        List<string> names = [.. Output.Items(proposal, "objects").Select(static n => n.GetString() ?? "")];
        return names.Count <= 4 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(4))} … ({names.Count})";
    }
}
