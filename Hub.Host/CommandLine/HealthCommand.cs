using System.CommandLine;

namespace Hub.Host.CommandLine;

/// <summary><c>hub health</c>: whether the hub that runs on this data folder is ready; for probes of containers. It opens nothing itself.</summary>
internal static class HealthCommand
{
    internal static Command Create()
    {
        var command = new Command("health", "Ask the hub running on the data folder whether it is ready: exit code 0 or 3 (còn phục vụ không).");
        command.SetAction(static (parsed, cancellationToken) => OperatorCommand.GuardAsync(parsed, async () =>
        {
            await using var hub = await OperatorConnection.ToRunningAsync(parsed.GetValue(SharedOptions.Data)!, cancellationToken);
            var health = await hub.GetAsync("/health/ready", cancellationToken);
            new Output(parsed).Done(Output.Text(health, "status"), health);
            return ExitCode.Ok;
        }));
        return command.WithExamples("hub health --data /var/lib/hub");
    }
}
