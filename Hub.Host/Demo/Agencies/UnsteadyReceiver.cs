using Hub.Contracts.Envelopes;
using Hub.Host.AgencyClient;

namespace Hub.Host.Demo.Agencies;

/// <summary>An agency whose receiver is down when a document comes: first nobody listens, then it answers 503, then it works.</summary>
internal sealed class UnsteadyReceiver(int port, AgencyProgram program) : IAsyncDisposable
{
    private PushListener? _listener;

    /// <summary>Comes back after the hub has failed once to reach it, as the sender sees in the message's state.</summary>
    public async Task ComeBackAsync(HubClient sender, MessageKey message, CancellationToken cancellationToken)
    {
        while (await FailuresAsync(sender, message, cancellationToken) == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        _listener = await PushListener.StartAsync(port, [program], outages: 1);
    }

    public ValueTask DisposeAsync() => _listener?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<int> FailuresAsync(HubClient sender, MessageKey message, CancellationToken cancellationToken)
    {
        var state = await sender.MessageAsync(message, cancellationToken);
        foreach (var delivery in state.GetProperty("deliveries").EnumerateArray())
        {
            if (delivery.GetProperty("recipient").GetString() == program.Self.ToString() && delivery.TryGetProperty("lastProblem", out var problem) && problem.ValueKind == System.Text.Json.JsonValueKind.String)
                return delivery.GetProperty("attempts").GetInt32();
        }

        return 0;
    }
}
