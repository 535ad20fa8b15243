using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Hub.Adapters.Stores.Files;

/// <summary>What a node remembers in its data folder (<c>log.head</c>) of a log that is kept in a database elsewhere: where it stood a few
/// seconds ago. A database that went back behind that, or holds another history (a standby that lagged was promoted, or an older backup
/// restored), is not written on: its log would contradict receipts already given.</summary>
/// <remarks>Failure policy: as that of <see cref="LogHeadFile"/>. A file that cannot be written is tried again.</remarks>
public sealed class LogMemory : IAsyncDisposable
{
    private const string WentBack =
        "the database went back behind what this node knows: a standby that lagged was promoted, or an older backup was restored, and its log would contradict receipts already given. "
        + "Bring the node to the database with the newest log (cơ sở dữ liệu đã lùi lại so với điều nút này biết: hãy dùng cơ sở dữ liệu có nhật ký mới nhất).";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly IHubStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger<LogMemory> _log;
    private readonly LogHeadFile _file;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>A memory; <see cref="StartAsync"/> checks it and keeps it.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="store">The store, open.</param>
    /// <param name="clock">When it is written.</param>
    /// <param name="log">What could not be written.</param>
    public LogMemory(string folder, IHubStore store, TimeProvider clock, ILogger<LogMemory> log) =>
        (_file, _store, _clock, _log) = (new LogHeadFile(folder), store, clock, log);

    /// <summary>Compares the store's log with what is remembered, and begins to remember. Call it before anything is written.</summary>
    /// <exception cref="InvalidDataException">The database went back, or holds another log.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_file.Read() is { } known)
            LogHeadFile.Check(known, await NewestAsync(cancellationToken), known.Size == 0 ? null : HeadOf(await _store.FindCheckpointAsync(known.Size - 1, cancellationToken)), WentBack);
        _loop = LoopAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync();
        await _loop;
        await WriteAsync(CancellationToken.None);
        _stopping.Dispose();
    }

    private async Task LoopAsync()
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token)) await WriteAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The last word is written by whoever stops it.
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Never backwards: a database that went back while the node runs is found out at its next start, too.
            if (await NewestAsync(cancellationToken) is { } newest && newest.Size > (_file.Read()?.Size ?? -1)) _file.Write(() => newest);
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            _log.LogWarning(failed, "{File} could not be written; it is tried again.", LogHeadFile.Name);
        }
    }

    private async ValueTask<LogHead?> NewestAsync(CancellationToken cancellationToken) => HeadOf(await _store.FindCheckpointAsync(entry: null, cancellationToken));

    private static LogHead? HeadOf(string? note) => note is null ? null : new LogHead(Checkpoint.Parse(SignedNote.UnverifiedText(note)).Size, note);
}
