using System.CommandLine;

namespace Hub.Host.CommandLine;

/// <summary><c>hub key expiring</c>: keys that end soon.</summary>
internal static class KeyExpiringCommand
{
    internal static Command Create()
    {
        var command = new Command("expiring", "List keys and trust anchors that end within 60 days (khóa sắp hết hạn).");
        command.SetAction(static (parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, hub => ShowAsync(parsed, hub, cancellationToken), cancellationToken));
        return command.WithExamples("hub key expiring --data ./hub-data");
    }

    private static async Task<int> ShowAsync(ParseResult parsed, OperatorConnection hub, CancellationToken cancellationToken)
    {
        var list = await hub.GetAsync("/api/v1/operator/expiring", cancellationToken);
        var output = new Output(parsed);
        if (output.IsJson)
        {
            output.Json(list);
            return ExitCode.Ok;
        }

        var items = Output.Items(list).ToList();
        if (items.Count == 0)
        {
            output.Line("No key ends within 60 days (không có khóa nào sắp hết hạn).");
            return ExitCode.Ok;
        }

        output.Table(
            ["owner · chủ khóa", "key · khóa", "use", "ends · hết hạn", "days · ngày"],
            items.Select(static i => (IReadOnlyList<string>)[Output.Text(i, "owner"), Output.Text(i, "key"), Output.Text(i, "use"), Output.Time(i, "notAfter"), Output.Text(i, "daysLeft")]));
        return ExitCode.Ok;
    }
}
