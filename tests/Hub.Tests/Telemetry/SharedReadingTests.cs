using Hub.Host.Telemetry;
using ManualClock = Hub.Tests.Time.ManualClock;

namespace Hub.Tests.Telemetry;

public sealed class SharedReadingTests
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);
    private readonly ManualClock _clock = new();
    private int _reads;

    [SetUp]
    public void Forget() => _reads = 0;

    [Test]
    public async Task RefreshAsync_ReadingLongerThanItIsKept_IsSharedAndFreshWhenItEnds()
    {
        var end = new TaskCompletionSource<string>();
        var reading = Over(_ => end.Task);
        Task[] asked = [reading.RefreshAsync(default), reading.RefreshAsync(default), reading.RefreshAsync(default)];
        _clock.Advance(2 * Kept);
        end.SetResult("a");
        await Task.WhenAll(asked);
        await reading.RefreshAsync(default);
        Assert.That((_reads, reading.Last), Is.EqualTo((1, "a")));
        _clock.Advance(Kept);
        await reading.RefreshAsync(default);
        Assert.That(_reads, Is.EqualTo(2));
    }

    [Test]
    public async Task RefreshAsync_OneWhoAskedGoesAway_TheOthersGetTheReading()
    {
        var end = new TaskCompletionSource<string>();
        var reading = Over(_ => end.Task);
        using var goes = new CancellationTokenSource();
        var (first, second) = (reading.RefreshAsync(goes.Token), reading.RefreshAsync(default));
        await goes.CancelAsync();
        Assert.That(async () => await first, Throws.InstanceOf<OperationCanceledException>());
        end.SetResult("a");
        await second;
        Assert.That((_reads, reading.Last), Is.EqualTo((1, "a")));
    }

    [Test]
    public async Task RefreshAsync_PatienceIsOver_TellsTheReader()
    {
        var (begun, reading) = (new TaskCompletionSource(), (SharedReading<string>)null!);
        reading = Over(async over =>
        {
            var gone = new TaskCompletionSource<string>();
            await using var told = over.Register(() => gone.SetResult("none"));
            begun.SetResult();
            return await gone.Task;
        });
        var asked = reading.RefreshAsync(default);
        await begun.Task;
        _clock.Advance(Kept);
        await asked;
        Assert.That(reading.Last, Is.EqualTo("none"));
    }

    private SharedReading<string> Over(Func<CancellationToken, Task<string>> read) => new(
        over =>
        {
            Interlocked.Increment(ref _reads);
            return read(over);
        },
        Kept,
        patience: Kept,
        _clock);
}
