using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Intake;
using Hub.Core.Nodes;
using Hub.Core.Pressure;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Delivery;

/// <summary>A delivery handed out of a mailbox.</summary>
/// <param name="Claim">The token that ack, nack and renew need.</param>
/// <param name="Delivery">The delivery.</param>
/// <param name="Message">Its message.</param>
/// <param name="ClaimedUntil">When the claim ends by itself and the delivery goes back into the queue.</param>
/// <param name="Statement">The hub-signed delivery statement.</param>
public sealed record MailboxClaim(string Claim, DeliveryRecord Delivery, MessageRecord Message, DateTimeOffset ClaimedUntil, string Statement);

/// <summary>The channel of systems that come and get their messages: claim, then ack, nack or renew. Thread-safe.</summary>
public sealed class Mailbox
{
    /// <summary>The longest a claim waits for messages.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    /// <summary>Most deliveries in one claim.</summary>
    public const int MaxClaims = 100;

    /// <summary>Greatest signed answer, in bytes (64 KiB).</summary>
    public const int MaxSignedAnswer = AcknowledgementRules.MaxBytes;

    private const int MaxReason = 500;

    /// <summary>Claims a system may name that are not its own: enough for all it held when it came back after they had ended.</summary>
    private static readonly SendQuota LostClaims = new(Rate: 20, Burst: 500);

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    private readonly IRegistry _registry;
    private readonly ICommitter _committer;
    private readonly IHubStore _store;
    private readonly DeliverySignals _signals;
    private readonly ThisNode _node;
    private readonly TimeProvider _clock;
    private readonly DeliveryOutcomes _outcomes;
    private readonly DeliveryStatements _statements;
    private readonly SystemBuckets _lost;

    /// <summary>Composes the mailbox.</summary>
    public Mailbox(
        IRegistry registry, ICommitter committer, IHubStore store, IHubKeys keys, Lazy<IIntake> intake, Acknowledgements acknowledgements,
        DeliverySignals signals, ThisNode node, TimeProvider clock)
    {
        _node = node;
        _registry = registry;
        _committer = committer;
        _store = store;
        _signals = signals;
        _clock = clock;
        _outcomes = new DeliveryOutcomes(committer, acknowledgements, new DeliveryNotices(keys), intake, signals, clock);
        _statements = new DeliveryStatements(keys);
        _lost = new SystemBuckets(clock);
    }

    /// <summary>Claims due deliveries, by weighted priority (<see cref="PriorityTurns"/>), most urgent first; waits for the first one when there is none. A system of a closed agency
    /// gets <c>hub.*</c> messages only: the rest goes to successors.</summary>
    /// <param name="caller">The authenticated system.</param>
    /// <param name="max">1 to <see cref="MaxClaims"/>.</param>
    /// <param name="wait">How long to wait, 0 to <see cref="MaxWait"/>.</param>
    /// <param name="cancellationToken">The caller went away: nothing is claimed any more.</param>
    /// <returns>The claims; empty when the time is over.</returns>
    /// <exception cref="ProblemException"><c>invalid-request</c>, <c>not-found</c>, or <c>unavailable</c> while this node may take up no work.</exception>
    public async ValueTask<IReadOnlyList<MailboxClaim>> ClaimAsync(
        SystemAddress caller, int max, TimeSpan wait, CancellationToken cancellationToken = default)
    {
        if (max is < 1 or > MaxClaims) throw ProblemCode.InvalidRequest.With($"max is {max}; claim 1 to {MaxClaims} at a time.");
        if (wait < TimeSpan.Zero || wait > MaxWait) throw ProblemCode.InvalidRequest.With($"The wait is {wait.TotalSeconds} s; wait 0 to {MaxWait.TotalSeconds} s.");
        var deadline = _clock.GetUtcNow() + wait;
        while (true)
        {
            _node.RequireFit();
            var next = _signals.NextAsync(caller);
            var claims = await ClaimOnceAsync(PolicyOf(caller), caller, max, cancellationToken);
            var left = deadline - _clock.GetUtcNow();
            if (claims.Count > 0 || left <= TimeSpan.Zero) return claims;
            await WaitAsync(next, left < PollInterval ? left : PollInterval, cancellationToken);
        }
    }

    /// <summary>Prolongs a claim by the system's claim duration from now.</summary>
    /// <returns>When it ends now.</returns>
    /// <exception cref="ProblemException"><c>claim-lost</c>, or <c>rate-limited</c> after many of those.</exception>
    public async ValueTask<DateTimeOffset> RenewAsync(SystemAddress caller, string claim, CancellationToken cancellationToken = default)
    {
        var until = _clock.GetUtcNow() + PolicyOf(caller).ClaimDuration;
        return await WithClaimAsync(
            caller,
            async scope =>
            {
                var delivery = await FindAsync(scope, caller, claim);
                if (delivery.State != DeliveryState.Claimed) throw Lost(claim);
                await scope.Transaction.UpdateDeliveryAsync(delivery with { ClaimedUntil = until });
                return until;
            },
            cancellationToken);
    }

    /// <summary>The message that a claim is for, before a signed answer to it is read.</summary>
    /// <exception cref="ProblemException"><c>claim-lost</c>, or <c>rate-limited</c> after many of those.</exception>
    public async ValueTask<MessageKey> MessageOfAsync(SystemAddress caller, string claim, CancellationToken cancellationToken = default) =>
        (await WithClaimAsync(caller, scope => FindAsync(scope, caller, claim), cancellationToken)).Message;

    /// <summary>Ends a claim: the caller has the message. Repeating it changes nothing; a later answer under the same claim
    /// replaces the earlier one. For a signed answer, send a <c>hub.ack.v1</c> instead.</summary>
    /// <param name="caller">The authenticated system.</param>
    /// <param name="claim">The claim's token; valid until another claim of the delivery, even when its time has ended.</param>
    /// <param name="answer">The unsigned business answer; null for a bare acknowledgement of having it.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued.</param>
    /// <returns>The delivery as it is now.</returns>
    /// <exception cref="ProblemException"><c>claim-lost</c>, <c>rate-limited</c> after many of those, <c>schema-violation</c>, or <c>not-allowed</c> beyond
    /// <see cref="AcknowledgementPolicy.MaxAnswers"/>.</exception>
    public async ValueTask<DeliveryRecord> AckAsync(
        SystemAddress caller, string claim, UnsignedAnswer? answer = null, CancellationToken cancellationToken = default)
    {
        if (answer is not null) AcknowledgementPolicy.Check(answer.Outcome, answer.Status, answer.Reason);
        answer = answer?.Fitted();
        var (held, message) = await FindAsync(caller, claim, cancellationToken);
        if (held.State is not (DeliveryState.Claimed or DeliveryState.Delivered or DeliveryState.Acknowledged)) throw Lost(claim);
        if (answer is null && held.State != DeliveryState.Claimed) return held;
        if (answer is not null)
        {
            // Before a notice is signed for the sender, and before anything is written.
            if (AcknowledgementPolicy.IsRepeat(held, answer, Assertion.Hub)) return held;
            AcknowledgementPolicy.CheckCount(held);
        }

        return await _outcomes.DeliveredAsync(held, message, answer, caller.ToString()) ?? throw Lost(claim);
    }

    /// <summary>Gives a delivery back: it is due again by the system's policy, or dies after too many claims.</summary>
    /// <param name="caller">The authenticated system.</param>
    /// <param name="claim">The claim's token.</param>
    /// <param name="reason">Why, for the trail and the sender; at most 500 characters are kept.</param>
    /// <param name="retryAfter">After how long the caller wants it again, if it says.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued.</param>
    /// <exception cref="ProblemException"><c>claim-lost</c>, or <c>rate-limited</c> after many of those.</exception>
    public async ValueTask NackAsync(
        SystemAddress caller, string claim, string? reason = null, TimeSpan? retryAfter = null, CancellationToken cancellationToken = default)
    {
        var (held, message) = await FindAsync(caller, claim, cancellationToken);
        if (held.State != DeliveryState.Claimed) throw Lost(claim);
        var detail = string.IsNullOrWhiteSpace(reason) ? "given back without a reason" : PlainText.Fit(reason, MaxReason);
        var decision = RetryPolicy.Decide(DeliveryAges.AfterFailure(PolicyOf(caller), held, message, _clock.GetUtcNow(), retryAfter));
        var recorded = decision switch
        {
            RetryDecision.Retry retry => await _outcomes.RetryAsync(held, retry.Due, ProblemCode.RecipientFailed, detail, caller.ToString()),
            RetryDecision.Dead dead => await _outcomes.GiveUpAsync(held, message, DeliveryState.Dead, ProblemCode.RecipientFailed, $"{detail} ({dead.Why})"),
            _ => await _outcomes.GiveUpAsync(held, message, DeliveryState.Expired, ProblemCode.Expired, detail),
        };
        if (!recorded) throw Lost(claim);
    }

    private async ValueTask<IReadOnlyList<MailboxClaim>> ClaimOnceAsync(
        DeliveryPolicy policy, SystemAddress caller, int max, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        var closed = ReorganisationPolicy.IsClosed(_registry.Current, caller, now);
        // Nobody remembers the turns of a mailbox, which any node serves; by chance they come out the same.
        var turn = Random.Shared.Next(PriorityTurns.Round);
        var held = await _committer.RunAsync(
            async scope =>
            {
                List<(DeliveryRecord Delivery, MessageRecord Message, ClaimDecision Decision)> claimed = [];
                foreach (var delivery in await scope.Transaction.ClaimAsync(caller, now, now + policy.ClaimDuration, max, closed, turn: turn))
                {
                    var message = (await scope.Transaction.FindMessageAsync(delivery.Message))!;
                    var decision = ClaimPolicy.Decide(new ClaimInput(delivery.Attempts, policy.MaxAttempts, now, message.Expires));
                    if (decision == ClaimDecision.Deliver) scope.Append(DeliveryTrail.Claimed(delivery));
                    claimed.Add((delivery, message, decision));
                }

                return claimed;
            },
            cancellationToken);
        List<MailboxClaim> claims = [];
        foreach (var (delivery, message, decision) in held)
        {
            if (decision == ClaimDecision.Expire)
                await _outcomes.GiveUpAsync(delivery, message, DeliveryState.Expired, ProblemCode.Expired, $"not taken before {message.Expires:O}");
            else if (decision == ClaimDecision.Die)
                await _outcomes.GiveUpAsync(delivery, message, DeliveryState.Dead, ProblemCode.ClaimsExhausted, $"claimed {policy.MaxAttempts} times without an end");
            else
                claims.Add(new MailboxClaim(delivery.Claim!, delivery, message, delivery.ClaimedUntil!.Value, await _statements.SignAsync(delivery, message, CancellationToken.None)));
        }

        DeliveryMetrics.Claimed("mailbox", claims.Count);
        return claims;
    }

    private async Task WaitAsync(Task next, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(next, Task.Delay(atMost, _clock, done.Token));
        await done.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private DeliveryPolicy PolicyOf(SystemAddress caller)
    {
        var system = _registry.Current.FindSystem(caller) ?? throw ProblemCode.NotFound.With($"{caller} is not in the registry.");
        return system.Channel.Kind == "mailbox"
            ? system.Policy
            : throw ProblemCode.InvalidRequest.With($"{caller} has no mailbox; its channel is {system.Channel.Kind}.");
    }

    private async ValueTask<(DeliveryRecord Held, MessageRecord Message)> FindAsync(SystemAddress caller, string claim, CancellationToken cancellationToken)
    {
        var held = await WithClaimAsync(caller, scope => FindAsync(scope, caller, claim), cancellationToken);
        return (held, (await _store.FindMessageAsync(held.Message, cancellationToken))!);
    }

    /// <summary>A unit for a claim that may be anything. The queue it goes through is that of all messages and outcomes, so whoever names many
    /// claims that are not its own is refused before it. While it runs it counts as lost: that many of one system are under way at most.</summary>
    private async ValueTask<T> WithClaimAsync<T>(SystemAddress caller, Func<CommitScope, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        if (_lost.Take(caller, LostClaims) is { } wait)
            throw new ProblemException(new Problem(ProblemCode.RateLimited, $"{caller} named more than {LostClaims.Burst} claims that are not its own, or have ended; {LostClaims.Rate} a second more are looked up. Wait {wait.TotalSeconds:0.###} s, and forget claims that are told to be lost.") { RetryAfter = wait });
        try
        {
            var found = await _committer.RunAsync(work, cancellationToken);
            _lost.GiveBack(caller);
            return found;
        }
        catch (Exception other) when (other is not ProblemException { Code: var code } || code != ProblemCode.ClaimLost)
        {
            _lost.GiveBack(caller);
            throw;
        }
    }

    private static async ValueTask<DeliveryRecord> FindAsync(CommitScope scope, SystemAddress caller, string claim)
    {
        var delivery = await scope.Transaction.FindClaimAsync(claim);
        return delivery is not null && delivery.Recipient == caller ? delivery : throw Lost(claim);
    }

    private static ProblemException Lost(string claim) =>
        ProblemCode.ClaimLost.With($"The claim '{PlainText.Fit(claim, 64)}' is not yours, or the delivery was given to another claim or settled.");
}
