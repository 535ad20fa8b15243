using System.CommandLine;
using System.Text.Json;

namespace Hub.Host.CommandLine;

/// <summary><c>hub replay preview|run|runs</c>: many dead deliveries, step by step.</summary>
internal static class ReplayRunCommand
{
    private const string Path = "/api/v1/operator/replay-runs";

    internal static Command Preview()
    {
        var person = new PersonOptions();
        var recipient = Text("--recipient", "To this system (chỉ hệ thống này).", "ADDRESS");
        var problem = Text("--problem", "That died of this problem code (mã lỗi).", "CODE");
        var group = Text("--group", "Of this group, see 'hub dead-letters --group' (nhóm).", "GROUP");
        var type = Text("--type", "Of messages of this service (dịch vụ).", "TYPE");
        var since = Text("--since", "That died at or after (từ).", "TIME");
        var until = Text("--until", "That died before (đến trước).", "TIME");
        var rate = new Option<int>("--rate") { Description = "Deliveries set going a second.", DefaultValueFactory = static _ => 10, HelpName = "N" };
        var share = new Option<int>("--share") { Description = "Percent of 1, 10 and 100 that must be delivered before the next step.", DefaultValueFactory = static _ => 100, HelpName = "PERCENT" };
        var patience = new Option<int>("--patience") { Description = "Minutes that such a step may take.", DefaultValueFactory = static _ => 10, HelpName = "MINUTES" };
        var whole = new Option<bool>("--no-canary") { Description = "All at the given rate, without trying 1, 10 and 100 before (không chạy thử)." };
        var command = new Command("preview", "Count what a run would replay; it is started by its id (xem trước).") { recipient, problem, group, type, since, until, rate, share, patience, whole };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, async hub =>
        {
            var request = new
            {
                recipient = parsed.GetValue(recipient), problem = parsed.GetValue(problem), group = parsed.GetValue(group), type = parsed.GetValue(type),
                since = parsed.GetValue(since), until = parsed.GetValue(until), rate = parsed.GetValue(rate), share = parsed.GetValue(share),
                patienceMinutes = parsed.GetValue(patience), canary = !parsed.GetValue(whole),
            };
            return Show(new Output(parsed), await hub.PostAsync(Path, request, cancellationToken));
        }, cancellationToken));
        return command.WithExamples("""
            hub replay preview --group H06.40/qlvb:recipient-failed
            hub replay preview --type vn.document.v1 --since 2026-11-20 --rate 50 --share 90
            """);
    }

    internal static Command Run()
    {
        var person = new PersonOptions();
        var id = new Argument<string>("RUN") { Description = "Id of the run, see 'hub replay preview' and 'hub replay runs'." };
        var start = new Option<bool>("--start") { Description = "Start it (bắt đầu)." };
        var stop = new Option<bool>("--stop") { Description = "Stop it; nothing more is set going (dừng)." };
        var resume = new Option<bool>("--resume") { Description = "Let it go on (tiếp tục)." };
        var show = new Option<bool>("--show") { Description = "Show how far it is; so without any of these (xem)." };
        var command = new Command("run", "Start, stop, resume or show a replay run (điều khiển đợt chuyển lại).") { id, start, stop, resume, show };
        command.Validators.Add(result =>
        {
            if (new[] { start, stop, resume, show }.Count(option => result.GetValue(option)) > 1) result.AddError("Give one of --start, --stop, --resume, --show.");
        });
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, async hub =>
        {
            var path = $"{Path}/{Uri.EscapeDataString(parsed.GetValue(id)!)}";
            var verb = parsed.GetValue(start) ? "start" : parsed.GetValue(stop) ? "stop" : parsed.GetValue(resume) ? "resume" : null;
            return Show(new Output(parsed), verb is null ? await hub.GetAsync(path, cancellationToken) : await hub.PostAsync($"{path}/{verb}", null, cancellationToken));
        }, cancellationToken));
        return command.WithExamples("""
            hub replay run 01JD… --start
            hub replay run 01JD…
            """);
    }

    internal static Command List()
    {
        var person = new PersonOptions();
        var command = new Command("runs", "List replay runs, newest first (các đợt chuyển lại).");
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, async hub =>
        {
            var rows = await hub.GetAsync(Path, cancellationToken);
            var output = new Output(parsed);
            if (output.IsJson)
            {
                output.Json(rows);
                return ExitCode.Ok;
            }

            output.Table(
                ["Run · Đợt", "Made · Lập", "Who · Ai", "State", "Replayed · Đã chuyển", "Of · Trên", "Why · Vì sao"],
                Output.Items(rows).Select(static r => (IReadOnlyList<string>)[
                    Output.Text(r, "id"), Output.Time(r, "created"), Output.Text(r, "actor"), Output.Text(r, "state"), Output.Text(r, "replayed"), Output.Text(r, "matched"), Output.Text(r, "why")]));
            return ExitCode.Ok;
        }, cancellationToken));
        return command.WithExamples("hub replay runs");
    }

    private static Option<string?> Text(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };

    private static int Show(Output output, JsonElement run)
    {
        if (output.IsJson)
        {
            output.Json(run);
            return ExitCode.Ok;
        }

        var (id, state) = (Output.Text(run, "id"), Output.Text(run, "state"));
        var more = Output.Text(run, "matchedIsExact") == "false" ? "more than · hơn " : "";
        output.Line($"Run · Đợt {id}: {state}{(Output.Text(run, "why") is { Length: > 0 } why ? $" – {why}" : "")}");
        output.Line($"  filter · lọc {run.GetProperty("filter").GetRawText()}, sha-256 {Output.Short(Output.Text(run, "digest"))}");
        output.Line($"  {Output.Text(run, "replayed")} of {more}{Output.Text(run, "matched")} set going · đã chuyển lại, {Output.Text(run, "rate")}/s, step {Output.Text(run, "step")}");
        foreach (var delivery in Output.Items(run, "sample"))
            output.Line($"  {Output.Text(delivery, "id")} {Output.Text(delivery, "recipient")} {Output.Text(delivery, "lastProblem")} {Output.Short(Output.Text(delivery, "lastDetail"), 60)}");
        if (state == "previewed") output.Line($"Nothing is set going yet. Chưa chuyển lượt nào. Start it: hub replay run {id} --start");
        return ExitCode.Ok;
    }
}
