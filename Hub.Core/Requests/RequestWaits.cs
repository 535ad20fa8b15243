using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Core.Requests;

/// <summary>Who waits on this node for the reply to which request, in memory. Thread-safe; bounded.</summary>
/// <remarks>The end of the wait stands with the request in the store (<see cref="MessageRecord.WaitedUntil"/>): whichever node accepts
/// the first reply that is waited for makes it due for delivery only when that time and <see cref="Grace"/> are over, and wakes the
/// waiter, who gets it, so that it is not pushed a second time. A reply whose waiter is lost, with his node or without it, takes its
/// usual way then.</remarks>
public sealed class RequestWaits
{
    /// <summary>How long a reply is held back beyond the waiter's time (10 s).</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Most waiters (10,000).</summary>
    public const int Most = 10_000;

    /// <summary>Most waiters of one system (1,000).</summary>
    public const int MostOfSystem = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<MessageKey, List<RequestWait>> _waits = [];
    private readonly Dictionary<SystemAddress, int> _ofSystem = [];
    private volatile int _count;

    /// <summary>Begins to wait; dispose it to stop.</summary>
    /// <exception cref="ProblemException"><c>rate-limited</c> or <c>unavailable</c>: too many wait already.</exception>
    internal RequestWait Begin(MessageKey request, SystemAddress requester, MessageType reply, DateTimeOffset until)
    {
        lock (_gate)
        {
            var own = _ofSystem.GetValueOrDefault(requester);
            if (own >= MostOfSystem) throw ProblemCode.RateLimited.With($"{requester} waits for {own} replies already; at most {MostOfSystem} at once.");
            if (_count >= Most) throw ProblemCode.Unavailable.With($"{_count} replies are waited for already; try again soon.");
            var wait = new RequestWait(this, request, requester, reply, until);
            if (!_waits.TryGetValue(request, out var same)) _waits.Add(request, same = []);
            same.Add(wait);
            _ofSystem[requester] = own + 1;
            _count++;
            return wait;
        }
    }

    /// <summary>Whether somebody waits for the reply to this request.</summary>
    internal bool IsWaitedFor(MessageKey request)
    {
        if (_count == 0) return false;
        lock (_gate) return _waits.ContainsKey(request);
    }

    /// <summary>Until when the last waiter of this node for a request waits; null when none does.</summary>
    internal DateTimeOffset? UntilOf(MessageKey request)
    {
        if (_count == 0) return null;
        lock (_gate) return _waits.TryGetValue(request, out var waits) ? waits.Max(static w => w.Until) : null;
    }

    /// <summary>Until when the reply to a request is held back for who waits; null: it is not.</summary>
    internal static DateTimeOffset? HoldOf(MessageRecord request, DateTimeOffset now) => request.WaitedUntil > now ? request.WaitedUntil + Grace : null;

    /// <summary>Tells the other nodes, with the commit, that something became of a request, if somebody waits for it.</summary>
    internal static void Tell(CommitScope scope, MessageRecord request, DateTimeOffset now)
    {
        if (request.WaitedUntil > now) scope.Transaction.Tell(request.Key);
    }

    /// <summary>Something became of a request: a reply, an answer, an end. Cheap when nobody waits.</summary>
    internal void Notify(MessageKey request)
    {
        if (_count == 0) return;
        lock (_gate)
            foreach (var wait in _waits.GetValueOrDefault(request) ?? []) wait.Wake();
    }

    /// <summary>Something may have become of any request.</summary>
    internal void NotifyAll()
    {
        lock (_gate)
            foreach (var wait in _waits.Values.SelectMany(static w => w)) wait.Wake();
    }

    internal void End(RequestWait wait)
    {
        lock (_gate)
        {
            if (!_waits.TryGetValue(wait.Request, out var same) || !same.Remove(wait)) return;
            if (same.Count == 0) _waits.Remove(wait.Request);
            if (--_ofSystem[wait.Requester] == 0) _ofSystem.Remove(wait.Requester);
            _count--;
        }
    }
}

/// <summary>One who waits.</summary>
internal sealed class RequestWait(RequestWaits all, MessageKey request, SystemAddress requester, MessageType reply, DateTimeOffset until) : IDisposable
{
    private volatile TaskCompletionSource _next = New();

    internal MessageKey Request => request;

    internal SystemAddress Requester => requester;

    internal MessageType Reply => reply;

    internal DateTimeOffset Until => until;

    /// <summary>Whether the store knows that he waits.</summary>
    internal bool IsKnown { get; set; }

    /// <summary>Completes when something becomes of the request. Take it before looking.</summary>
    internal Task NextAsync()
    {
        if (_next.Task.IsCompleted) _next = New();
        return _next.Task;
    }

    internal void Wake() => _next.TrySetResult();

    /// <inheritdoc/>
    public void Dispose() => all.End(this);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
