using System.CommandLine;
using System.Text.Json;

namespace Hub.Host.CommandLine;

/// <summary><c>hub dead-letters notes|note|owner</c>: what operators write about dead deliveries.</summary>
internal static class DeadLetterNotesCommand
{
    internal static Command Show()
    {
        var of = Of();
        var command = new Command("notes", "Show the owner and the notes of a dead delivery or a group (xem ghi chú).") { of };
        return Run(command, (parsed, hub, cancellationToken) => hub.GetAsync($"/api/v1/operator/dead-letters/notes?of={Uri.EscapeDataString(parsed.GetValue(of)!)}", cancellationToken))
            .WithExamples("hub dead-letters notes H06.40/qlvb:recipient-failed");
    }

    internal static Command Note()
    {
        var of = Of();
        var text = new Argument<string>("TEXT") { Description = "1 to 500 characters; stands in the log, and says nothing that the message says (nội dung)." };
        var command = new Command("note", "Add a note to a dead delivery or a group (ghi chú).") { of, text };
        return Run(command, (parsed, hub, cancellationToken) =>
                hub.PostAsync("/api/v1/operator/dead-letters/notes", new { of = parsed.GetValue(of), text = parsed.GetValue(text) }, cancellationToken))
            .WithExamples("""hub dead-letters note 17 "Đơn vị nhận hẹn sửa trước 16 giờ" """);
    }

    internal static Command Owner()
    {
        var of = Of();
        var owner = new Argument<string?>("WHO") { Description = "Who takes care of it; left out: nobody (người phụ trách).", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("owner", "Say who takes care of a dead delivery or a group (phân công).") { of, owner };
        return Run(command, (parsed, hub, cancellationToken) =>
                hub.PostAsync("/api/v1/operator/dead-letters/owner", new { of = parsed.GetValue(of), owner = parsed.GetValue(owner) }, cancellationToken))
            .WithExamples("hub dead-letters owner H06.40/qlvb:recipient-failed operator:an");
    }

    private static Argument<string> Of() => new("OF") { Description = "Number of a dead delivery, or name of a group, see 'hub dead-letters --group'." };

    private static Command Run(Command command, Func<ParseResult, OperatorConnection, CancellationToken, Task<JsonElement>> ask)
    {
        var person = new PersonOptions();
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, async hub =>
        {
            var answer = await ask(parsed, hub, cancellationToken);
            var output = new Output(parsed);
            if (output.IsJson) output.Json(answer);
            else Write(output, answer);
            return ExitCode.Ok;
        }, cancellationToken));
        return command;
    }

    private static void Write(Output output, JsonElement written)
    {
        var owner = Output.Text(written, "owner");
        output.Line($"{Output.Text(written, "of")}: {(owner.Length > 0 ? $"owner · phụ trách {owner}" : "nobody's · chưa ai phụ trách")}");
        foreach (var note in Output.Items(written, "notes")) output.Line($"  {Output.Time(note, "time")} {Output.Text(note, "by")}: {Output.Text(note, "text")}");
    }
}
