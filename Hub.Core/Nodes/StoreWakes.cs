using Hub.Core.Delivery;
using Hub.Core.Storage;

namespace Hub.Core.Nodes;

/// <summary>Passes on to those who wait in this process what other nodes committed. Thread-safe.</summary>
/// <param name="signals">Those who wait for work and for replies.</param>
/// <param name="followers">What keeps shared state in memory.</param>
public sealed class StoreWakes(DeliverySignals signals, Lazy<IEnumerable<ICatchUp>> followers)
{
    /// <summary>Hears a wake, on a thread of the store.</summary>
    public void Hear(StoreWake wake)
    {
        ArgumentNullException.ThrowIfNull(wake);
        if (wake.Missed)
        {
            signals.NotifyAll();
        }
        else
        {
            foreach (var recipient in wake.Recipients) signals.Notify(recipient);
            foreach (var message in wake.Messages) signals.Requests.Notify(message);
        }

        if (wake.Missed || wake.RegistryVersion is not null) _ = Task.Run(CatchUpAsync);
    }

    private async Task CatchUpAsync()
    {
        // One that fails looks by itself a second later.
        foreach (var follower in followers.Value) await follower.CatchUpAsync(CancellationToken.None).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
