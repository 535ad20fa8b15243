using System.Collections.Concurrent;
using System.Reflection;
using Hub.Core.Storage;

namespace Hub.Tests.Storage;

/// <summary>When a commit of a <see cref="FailingStore"/> fails.</summary>
public enum CommitFailure
{
    None,

    /// <summary>Nothing became durable.</summary>
    Before,

    /// <summary>It became durable, but the caller is not told so.</summary>
    After,
}

/// <summary>A store whose next commits fail on demand; everything else goes through to another store.</summary>
internal class FailingStore : DispatchProxy
{
    private object _inner = null!;
    private Switch _switch = null!;

    internal sealed class Switch
    {
        internal CommitFailure Next { get; set; }

        internal bool Unreachable { get; set; }

        /// <summary>Awaited before each commit.</summary>
        internal Func<Task>? BeforeCommit { get; set; }

        /// <summary>Whether nothing can be reached any more once the next commit has failed.</summary>
        internal bool UnreachableAfter { get; set; }

        internal int Commits { get; set; }

        /// <summary>Members that fail, and how.</summary>
        internal ConcurrentDictionary<string, Exception> Failing { get; } = new();

        /// <summary>How often each member was called.</summary>
        internal ConcurrentDictionary<string, int> Calls { get; } = new();
    }

    internal static IHubStore Wrap(IHubStore inner, Switch failures) => Wrap<IHubStore>(inner, failures);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _switch.Calls.AddOrUpdate(targetMethod!.Name, 1, static (_, count) => count + 1);
        if (_switch.Failing.TryGetValue(targetMethod.Name, out var failure)) throw failure;
        if (targetMethod.Name == nameof(IStoreTransaction.CommitAsync)) return CommitAsync((IStoreTransaction)_inner);
        if (_switch.Unreachable && targetMethod.Name != nameof(IAsyncDisposable.DisposeAsync)) throw new IOException("The store is unreachable (injected).");
        return targetMethod.Name == nameof(IHubStore.BeginAsync)
            ? BeginAsync((IHubStore)_inner)
            : targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
    }

    private static T Wrap<T>(T inner, Switch failures)
        where T : class
    {
        var proxy = Create<T, FailingStore>();
        ((FailingStore)(object)proxy)._inner = inner;
        ((FailingStore)(object)proxy)._switch = failures;
        return proxy;
    }

    private async ValueTask<IStoreTransaction> BeginAsync(IHubStore inner) => Wrap(await inner.BeginAsync(), _switch);

    private async ValueTask CommitAsync(IStoreTransaction transaction)
    {
        if (_switch.BeforeCommit is { } before) await before();
        var failure = _switch.Next;
        _switch.Next = CommitFailure.None;
        if (failure != CommitFailure.None) _switch.Unreachable |= _switch.UnreachableAfter;
        if (failure == CommitFailure.Before) throw new IOException("The disk is full (injected).");
        await transaction.CommitAsync();
        _switch.Commits++;
        if (failure == CommitFailure.After) throw new IOException("The connection was lost (injected).");
    }
}
