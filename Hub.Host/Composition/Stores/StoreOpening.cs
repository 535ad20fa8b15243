using System.Globalization;
using Hub.Contracts.Problems;

namespace Hub.Host.Composition.Stores;

/// <summary>Opens a store whose database may not answer yet: machines and failovers do not start in our order.</summary>
internal sealed class StoreOpening(TimeSpan longest, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenWords = TimeSpan.FromSeconds(5);

    /// <summary>Opens, and tries again as long as what it meets is <c>unavailable</c> and the time is not over. Whatever else is wrong
    /// (a password, the schema, the log) is thrown at once: waiting would not mend it.</summary>
    /// <param name="open">Opens; may be called again after it failed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProblemException"><c>unavailable</c>: it did not answer in time.</exception>
    internal async Task RunAsync(Func<CancellationToken, Task> open, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        TimeSpan? said = null;
        while (true)
        {
            try
            {
                await open(cancellationToken);
                return;
            }
            catch (ProblemException away) when (away.Code == ProblemCode.Unavailable)
            {
                var waited = clock.GetElapsedTime(started);
                if (waited >= longest) throw GivenUp(away);
                if (said is not { } last || waited - last >= BetweenWords)
                {
                    log.LogWarning("The store does not answer; waiting for it for {Left} s more: {Why}", Math.Ceiling((longest - waited).TotalSeconds), away.Problem.Detail);
                    said = waited;
                }

                await Task.Delay(longest - waited < Pause ? longest - waited : Pause, clock, cancellationToken);
            }
        }
    }

    private ProblemException GivenUp(ProblemException away) => longest == TimeSpan.Zero
        ? away
        : ProblemCode.Unavailable.With(
            $"The store did not answer within {longest.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s (--store-wait): {away.Problem.Detail}", away);
}
