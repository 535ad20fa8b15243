using System.CommandLine;

namespace Hub.Host.CommandLine;

/// <summary><c>hub cancel</c>: takes a message back as far as nobody has it.</summary>
internal static class CancelCommand
{
    private static readonly Argument<string> Key = SharedOptions.MessageKey();

    private static readonly Option<string?> Reason = new("--reason") { Description = "Why; stands in the log, and an operator gives one (lý do).", HelpName = "TEXT" };

    internal static Command Create()
    {
        var person = new PersonOptions();
        var command = new Command("cancel", "Take a message back from those who do not have it yet: its sender with --as, or an operator (thu hồi).") { Key, Reason };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, hub => CancelAsync(parsed, hub, cancellationToken), cancellationToken));
        return command.WithExamples("""
            hub cancel 3f5a…64-digits --as H06/qlvb --key k1.pem --url https://hub.example.gov.vn
            hub cancel 3f5a…64-digits --reason "Cơ quan gửi nhầm, theo công văn 45/VP"
            """);
    }

    private static async Task<int> CancelAsync(ParseResult parsed, OperatorConnection hub, CancellationToken cancellationToken)
    {
        var key = Uri.EscapeDataString(parsed.GetValue(Key)!);
        var answer = await hub.PostAsync($"/api/v1/messages/{key}/cancel", new { reason = parsed.GetValue(Reason) }, cancellationToken);
        var output = new Output(parsed);
        if (output.IsJson)
        {
            output.Json(answer);
            return ExitCode.Ok;
        }

        var stays = Output.Items(answer, "stays").ToList();
        output.Line($"{Output.Items(answer, "cancelled").Count()} cancelled, {stays.Count} stay. Đã thu hồi; số lượt giữ nguyên: {stays.Count}.");
        foreach (var delivery in stays) output.Line($"  {Output.Text(delivery, "recipient")}: {Output.Text(delivery, "state")}");
        return ExitCode.Ok;
    }
}
