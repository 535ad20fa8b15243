using System.CommandLine;

namespace Hub.Host.CommandLine;

/// <summary><c>hub erase</c>: erases a message's content by law.</summary>
internal static class EraseCommand
{
    private static readonly Argument<string> Key = SharedOptions.MessageKey();

    private static readonly Option<string> Reason = new("--reason") { Description = "The law or decision that demands it; stands in the log (căn cứ).", Required = true, HelpName = "TEXT" };

    internal static Command Create()
    {
        var command = new Command("erase", "Erase a message's content by law; the log still verifies (xóa nội dung theo luật).") { Key, Reason };
        command.SetAction(static (parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, hub => EraseAsync(parsed, hub, cancellationToken), cancellationToken));
        return command.WithExamples("""hub erase 3f5a…64-digits --reason "Quyết định 12/QĐ ngày 01/11/2026" """);
    }

    private static async Task<int> EraseAsync(ParseResult parsed, OperatorConnection hub, CancellationToken cancellationToken)
    {
        var key = Uri.EscapeDataString(parsed.GetValue(Key)!);
        var answer = await hub.PostAsync($"/api/v1/operator/messages/{key}/erase", new { reason = parsed.GetValue(Reason) }, cancellationToken);
        var output = new Output(parsed);
        if (output.IsJson) output.Json(answer);
        else output.Line($"Erased. Đã xóa nội dung. {Output.Items(answer, "cancelled").Count()} deliveries cancelled.");
        return ExitCode.Ok;
    }
}
