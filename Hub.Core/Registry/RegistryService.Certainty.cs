namespace Hub.Core.Registry;

/// <content>After a commit whose end is not known: what became durable is put in force, whoever asks for it.</content>
public sealed partial class RegistryService
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    /// <summary>How many proposals wait, as far as their number is bounded.</summary>
    internal int PendingCount => _pending.Count;

    /// <summary>Takes what is durable into force; the caller makes the one change.</summary>
    private async ValueTask MakeSureNowAsync(CancellationToken cancellationToken)
    {
        await CatchUpAsync(long.MaxValue, cancellationToken);
        await _pending.LoadAsync(_store, cancellationToken);
        _uncertain = false;
    }

    private async ValueTask<bool> TryMakeSureAsync()
    {
        try
        {
            await MakeSureNowAsync(_stopping.Token);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogUncertain(failure, AskAgain.TotalSeconds);
            return false;
        }
    }

    private async Task MakeSureAsync(CancellationToken stopping)
    {
        _makingSure = true;
        try
        {
            for (var sure = false; !sure;)
            {
                await Task.Delay(AskAgain, _clock, stopping);
                await _oneChange.WaitAsync(stopping);
                try
                {
                    sure = !_uncertain || await TryMakeSureAsync();
                    _makingSure = !sure;
                }
                finally
                {
                    _oneChange.Release();
                }
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or ObjectDisposedException)
        {
            // The next start reads the store.
        }
    }
}
