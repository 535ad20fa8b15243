using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Intake;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Requests;

/// <summary>Request and reply over messages: a request is a message like any other, and so is its reply; here somebody waits
/// for it. Holds no thread while waiting. Thread-safe.</summary>
public sealed class RequestDesk
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    private readonly IIntake _intake;
    private readonly IHubStore _store;
    private readonly ICommitter _committer;
    private readonly IRegistry _registry;
    private readonly DeliverySignals _signals;
    private readonly DeliveryStatements _statements;
    private readonly TimeProvider _clock;

    /// <summary>Composes the desk.</summary>
    public RequestDesk(IIntake intake, IHubStore store, ICommitter committer, IRegistry registry, IHubKeys keys, DeliverySignals signals, TimeProvider clock)
    {
        (_intake, _store, _committer, _registry, _signals, _clock) = (intake, store, committer, registry, signals, clock);
        _statements = new DeliveryStatements(keys);
    }

    /// <summary>Accepts a request; the same rules as for any message, and: its service states a reply, and one system receives it.</summary>
    /// <param name="octets">The signed envelope.</param>
    /// <param name="encoding">Its encoding.</param>
    /// <param name="caller">The authenticated system.</param>
    /// <param name="wait">How long it will wait; null, or more than the service's time limit: that limit.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued.</param>
    /// <exception cref="ProblemException">What intake refuses; <c>invalid-request</c>, <c>rate-limited</c>, <c>unavailable</c>.</exception>
    public async ValueTask<PendingRequest> SubmitAsync(
        ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, SystemAddress caller, TimeSpan? wait, CancellationToken cancellationToken = default)
    {
        RequestWait? waiting = null;
        try
        {
            // Before the commit, so that no reply can be quicker than its waiter.
            var accepted = await _intake.AcceptPreparedAsync(octets, encoding, caller, (envelope, service, recipients) =>
            {
                if (recipients.Count != 1) throw ProblemCode.InvalidRequest.With($"The request goes to {recipients.Count} systems; exactly one can be waited for. Send it as a message instead.");
                waiting?.Dispose();
                waiting = Begin(envelope.Key, caller, service, wait);
            }, cancellationToken);
            var message = (await _store.FindMessageAsync(accepted.Key, CancellationToken.None))!;
            waiting ??= Begin(message.Key, caller, ServiceOf(message), wait);
            waiting.IsKnown = !accepted.Duplicate;
            return new PendingRequest(this, message, waiting, accepted);
        }
        catch
        {
            waiting?.Dispose();
            throw;
        }
    }

    /// <summary>Waits (again) for the reply to a request of the caller, or finds the one that has come.</summary>
    /// <exception cref="ProblemException"><c>not-found</c>: the caller has sent no such message; <c>invalid-request</c>: its
    /// service states no reply.</exception>
    public async ValueTask<PendingRequest> ResumeAsync(MessageKey key, SystemAddress caller, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        if (await _store.FindMessageAsync(key, cancellationToken) is not { } message || message.From != caller)
            throw ProblemCode.NotFound.With($"{caller} has sent no message {key}.");
        return new PendingRequest(this, message, Begin(key, caller, ServiceOf(message), wait), accepted: null);
    }

    internal async ValueTask<RequestOutcome> WaitAsync(PendingRequest pending, CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = pending.Wait.NextAsync();
            if (await LookAsync(pending, cancellationToken) is { } outcome) return outcome;
            if (!pending.Wait.IsKnown)
            {
                // The reply may come before others know of him: then it is seen now.
                await WriteWaitAsync(pending);
                continue;
            }

            var left = pending.Wait.Until - _clock.GetUtcNow();
            if (left <= TimeSpan.Zero) return new RequestOutcome(null, null);
            using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(next, Task.Delay(left < PollInterval ? left : PollInterval, _clock, done.Token));
            await done.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    internal async ValueTask WrittenAsync(PendingRequest pending, RequestReply reply)
    {
        pending.IsWritten = true;
        var now = _clock.GetUtcNow();
        await _committer.RunAsync(async scope =>
        {
            // Claimed or ended: the usual way was quicker.
            if (await scope.Transaction.FindDeliveryAsync(reply.Delivery.Id) is not { State: DeliveryState.Queued } queued) return false;
            var delivered = queued with
            {
                State = DeliveryState.Delivered, Attempts = queued.Attempts + 1, DeliveredAt = now, LastProblem = null, LastDetail = null, Changed = now,
            };
            scope.Append(DeliveryTrail.Delivered(delivered, DeliveryTrail.Hub));
            await scope.Transaction.UpdateDeliveryAsync(delivered);
            _signals.NotifyLane(scope, delivered);
            scope.AfterCommit(static () => DeliveryMetrics.Changed(DeliveryState.Delivered));
            return true;
        });
    }

    /// <summary>Says to all nodes, for a request that was accepted before, that its reply is waited for (again).</summary>
    private async ValueTask WriteWaitAsync(PendingRequest pending)
    {
        var (key, until) = (pending.Message.Key, pending.Wait.Until);
        pending.Wait.IsKnown = true;
        await _committer.RunAsync(new UnitReads(Message: key), async scope =>
        {
            if (await scope.Transaction.FindMessageAsync(key) is not { } request || request.WaitedUntil >= until) return false;
            await scope.Transaction.WriteWaitAsync(key, until);
            return true;
        });
    }

    internal async ValueTask EndAsync(PendingRequest pending)
    {
        pending.Wait.Dispose();
        var (key, wait, now) = (pending.Message.Key, pending.Wait, _clock.GetUtcNow());
        if (pending.IsWritten || _signals.Requests.IsWaitedFor(key)) return;
        if (wait.IsKnown && wait.Until > now && await NobodyWaitsAsync(key, wait.Until)) return;
        if (await _store.FindReplyAsync(key, wait.Reply, now) is { } reply) await FreeAsync(reply, wait.Requester, now);
    }

    /// <summary>From here on nothing is held back for him.</summary>
    /// <returns>False when the reply has come.</returns>
    private ValueTask<bool> NobodyWaitsAsync(MessageKey key, DateTimeOffset until) => _committer.RunAsync(new UnitReads(Message: key), async scope =>
    {
        if (await scope.Transaction.FindMessageAsync(key) is not { WaitedUntil: { } known }) return false;
        if (known == until) await scope.Transaction.WriteWaitAsync(key, null);
        return true;
    });

    /// <summary>A reply that was held back and not given to him takes its usual way.</summary>
    private async ValueTask FreeAsync(MessageRecord reply, SystemAddress requester, DateTimeOffset now)
    {
        if ((await _store.ListDeliveriesAsync(reply.Key)).FirstOrDefault(d => d.Recipient == requester) is not { State: DeliveryState.Queued } held || held.Due <= now) return;
        await _committer.RunAsync(new UnitReads(Delivery: held.Id), async scope =>
        {
            if (await scope.Transaction.FindDeliveryAsync(held.Id) is not { State: DeliveryState.Queued } queued || queued.Due <= now) return false;
            await scope.Transaction.UpdateDeliveryAsync(queued with { Due = now, Changed = now });
            scope.AfterCommit(() => _signals.Notify(queued.Recipient));
            return true;
        });
    }

    private async ValueTask<RequestOutcome?> LookAsync(PendingRequest pending, CancellationToken cancellationToken)
    {
        var (key, wait) = (pending.Message.Key, pending.Wait);
        if (await _store.FindReplyAsync(key, wait.Reply, _clock.GetUtcNow(), cancellationToken) is { } reply)
        {
            var delivery = (await _store.ListDeliveriesAsync(reply.Key, cancellationToken)).First(d => d.Recipient == wait.Requester);
            var octets = await _store.ReadOctetsAsync(reply.Key, cancellationToken)
                ?? throw ProblemCode.ContentErased.With($"The reply {reply.Key} came, and its content was erased since.");
            return new RequestOutcome(new RequestReply(reply, octets, delivery, await _statements.SignAsync(delivery, reply, cancellationToken)), null);
        }

        var deliveries = await _store.ListDeliveriesAsync(key, cancellationToken);
        return deliveries.All(static d => HasEnded(d)) ? new RequestOutcome(null, deliveries[^1]) : null;
    }

    private static bool HasEnded(DeliveryRecord delivery) =>
        delivery is { State: DeliveryState.Dead or DeliveryState.Expired or DeliveryState.Cancelled } or { State: DeliveryState.Acknowledged, Outcome: "refused" };

    private RequestWait Begin(MessageKey key, SystemAddress caller, Service service, TimeSpan? wait)
    {
        var reply = service.Reply ?? throw ProblemCode.InvalidRequest.With($"The service {service.Type} states no reply, so there is nothing to wait for. Send the message to /api/v1/messages.");
        var time = wait is { } asked && asked < service.TimeLimit ? asked : service.TimeLimit;
        return _signals.Requests.Begin(key, caller, reply, _clock.GetUtcNow() + time);
    }

    private Service ServiceOf(MessageRecord message) => _registry.Current.FindService(message.Type)
        ?? throw ProblemCode.UnknownService.With($"The registry has no service '{message.Type}' any more.");
}
