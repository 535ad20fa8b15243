using System.Collections.Concurrent;
using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Tests.Delivery;

internal static class TestKeys
{
    internal static string NewPem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }
}

internal sealed class FixedRegistry(RegistrySnapshot current) : IRegistry
{
    public RegistrySnapshot Current { get; set; } = current;
}

/// <summary>A channel of kind push whose partners do what the test says.</summary>
internal sealed class ScriptedChannel : IDeliveryChannel, IDisposable
{
    private readonly ConcurrentQueue<OutgoingDelivery> _sent = new();
    private readonly ConcurrentDictionary<SystemAddress, (int Now, int Most)> _inFlight = new();

    private readonly CancellationTokenSource _released = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Kind => "push";

    public Func<OutgoingDelivery, CancellationToken, Task<AttemptOutcome>> Partner { get; set; } =
        (_, _) => Task.FromResult<AttemptOutcome>(new AttemptOutcome.Delivered());

    public IReadOnlyList<OutgoingDelivery> Sent => [.. _sent];

    /// <summary>Waits until a number of attempts have begun.</summary>
    public async Task SentAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var next = _next.Task;
            if (_sent.Count >= count) return;
            await next.WaitAsync(patience.Token);
        }
    }

    /// <summary>Lets go all partners that never answer, now and from now on.</summary>
    public void ReleaseAll() => _released.Cancel();

    public void Dispose() => _released.Dispose();

    public int MostInFlight(SystemAddress system) => _inFlight.TryGetValue(system, out var count) ? count.Most : 0;

    public async ValueTask<AttemptOutcome> SendAsync(OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        _sent.Enqueue(delivery);
        Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        var system = delivery.Recipient.Address;
        _inFlight.AddOrUpdate(system, (1, 1), (_, c) => (c.Now + 1, Math.Max(c.Most, c.Now + 1)));
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _released.Token);
            return await Partner(delivery, either.Token);
        }
        catch (OperationCanceledException) when (_released.IsCancellationRequested)
        {
            return new AttemptOutcome.Failed(ProblemCode.RecipientUnreachable, "the test is over");
        }
        finally
        {
            _inFlight.AddOrUpdate(system, (0, 0), (_, c) => (c.Now - 1, c.Most));
        }
    }
}

/// <summary>Tells when a unit has committed, and can die as a process does: what it is asked from then on never ends.</summary>
internal sealed class WatchedCommitter(ICommitter inner) : ICommitter
{
    private volatile TaskCompletionSource _next = New();
    private volatile bool _dead;
    private volatile Tuple<TaskCompletionSource, TaskCompletionSource>? _hold;
    private int _atOnce;
    private int _mostAtOnce;

    public long UnknownEnds => inner.UnknownEnds;

    /// <summary>Dies instead of running the next unit that is asked for while this is set.</summary>
    internal bool DiesBeforeNext { get; set; }

    /// <summary>Dies after the next unit is durable, before its caller hears of it.</summary>
    internal bool DiesAfterNext { get; set; }

    /// <summary>Takes what is asked of it whatever is held here.</summary>
    internal ICommitter Inner => inner;

    /// <summary>Most units asked for at the same time.</summary>
    internal int MostAtOnce => _mostAtOnce;

    internal TaskCompletionSource Death { get; } = New();

    internal Task NextAsync() => _next.Task;

    /// <summary>From now on units wait until told to go on; the task completes when one does.</summary>
    internal (Task Held, TaskCompletionSource GoOn) Hold()
    {
        var hold = Tuple.Create(New(), New());
        _hold = hold;
        return (hold.Item1.Task, hold.Item2);
    }

    internal void Die()
    {
        _dead = true;
        Death.TrySetResult();
    }

    public async ValueTask<T> RunAsync<T>(UnitReads reads, Func<CommitScope, ValueTask<T>> work, CancellationToken cancellationToken = default)
    {
        if (DiesBeforeNext) Die();
        if (_dead) await NeverAsync();
        if (_hold is { } hold)
        {
            hold.Item1.TrySetResult();
            await hold.Item2.Task;
        }

        try
        {
            var dies = DiesAfterNext;
            InterlockedMost(Interlocked.Increment(ref _atOnce));
            var result = await inner.RunAsync(reads, work, cancellationToken);
            if (dies) Die();
            if (_dead) await NeverAsync();
            return result;
        }
        finally
        {
            Interlocked.Decrement(ref _atOnce);
            Interlocked.Exchange(ref _next, New()).TrySetResult();
        }
    }

    private void InterlockedMost(int count)
    {
        for (var seen = _mostAtOnce; count > seen; seen = _mostAtOnce) Interlocked.CompareExchange(ref _mostAtOnce, count, seen);
    }

    private static Task NeverAsync() => new TaskCompletionSource().Task;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
