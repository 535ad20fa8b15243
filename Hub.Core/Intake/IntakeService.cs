using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Delivery;
using Hub.Core.Nodes;
using Hub.Core.Pressure;
using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;
using Hub.Core.Requests;
using Hub.Core.Services;
using Hub.Core.Storage;
using Hub.Core.Time;
using Hub.Core.Tracing;
using Hub.Core.Trail;

namespace Hub.Core.Intake;

/// <summary>The way in, one straight line. Thread-safe: every decision uses one registry snapshot and one instant.</summary>
public sealed class IntakeService : IIntake
{
    private const int RegistryTries = 3;

    /// <summary>How many of a system's envelopes above its quota are looked at, whether they are acknowledgements.</summary>
    private static readonly SendQuota GlancesAboveQuota = new(Rate: 50, Burst: 50);

    private readonly IRegistry _registry;
    private readonly ICommitter _committer;
    private readonly IHubStore _store;
    private readonly IUploadStore _uploads;
    private readonly IHubKeys _keys;
    private readonly TrailReader _trail;
    private readonly DiskGuard _disk;
    private readonly BacklogGuard _backlog;
    private readonly HubSettings _settings;
    private readonly TimeProvider _clock;
    private readonly ICertificateStatus _certificates;
    private readonly ThisNode _node;
    private readonly AcceptanceUnit _unit;
    private readonly KnownReceipts _receipts;
    private readonly SystemBuckets _glances;

    /// <summary>Composes the way in.</summary>
    public IntakeService(
        IRegistry registry, ICommitter committer, IHubStore store, IUploadStore uploads, IHubKeys keys,
        IAcknowledgements acknowledgements, TrailReader trail, DeliverySignals signals, DiskGuard disk, BacklogGuard backlog, HubSettings settings, TimeProvider clock,
        ICertificateStatus certificates, ThisNode node)
    {
        (_registry, _committer, _store, _uploads, _keys) = (registry, committer, store, uploads, keys);
        (_trail, _disk, _settings, _clock, _certificates) = (trail, disk, settings, clock, certificates);
        (_node, _backlog, Quotas) = (node, backlog, new SendQuotas(clock));
        _unit = new AcceptanceUnit(acknowledgements, uploads, signals, registry, new Tombstones(store), clock);
        _receipts = new KnownReceipts(store, keys);
        _glances = new SystemBuckets(clock);
        Lost = new LostMessages(clock);
        Refusals = new RefusalTally(committer, clock);
    }

    /// <summary>Counts what is refused; the host flushes it once a minute and adds callers that are not authenticated.</summary>
    public RefusalTally Refusals { get; }

    /// <summary>What each system may send. Whoever can refuse more cheaply looks there first; here one is taken.</summary>
    public SendQuotas Quotas { get; }

    /// <summary>Messages that may come again whenever they were created; who checks receipts adds to it.</summary>
    public LostMessages Lost { get; }

    /// <inheritdoc/>
    public ValueTask<Acceptance> AcceptAsync(
        ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, SystemAddress caller, CancellationToken cancellationToken = default) =>
        AcceptPreparedAsync(octets, encoding, caller, prepare: null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Acceptance> AcceptAgainAsync(
        ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, SystemAddress caller, Receipt shown, CancellationToken cancellationToken = default) =>
        AcceptCountedAsync(octets, encoding, caller, prepare: null, shown, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Acceptance> AcceptPreparedAsync(
        ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, SystemAddress caller, Action<Envelope, Service, IReadOnlyList<ResolvedRecipient>>? prepare, CancellationToken cancellationToken = default) =>
        AcceptCountedAsync(octets, encoding, caller, prepare, shown: null, cancellationToken);

    private async ValueTask<Acceptance> AcceptCountedAsync(
        ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, SystemAddress caller, Action<Envelope, Service, IReadOnlyList<ResolvedRecipient>>? prepare, Receipt? shown, CancellationToken cancellationToken)
    {
        try
        {
            var counted = TakeQuota(octets, encoding, caller);
            var acceptance = await AcceptOnNewestAsync(octets, encoding, caller, prepare, shown, cancellationToken);
            if (counted && acceptance.Type == MessageType.Acknowledgement) Quotas.GiveBack(caller);
            IntakeMetrics.Accepted(encoding, acceptance.Duplicate);
            return acceptance;
        }
        catch (ProblemException refused)
        {
            IntakeMetrics.Refused(refused.Code);
            Refusals.Count(caller.ToString(), refused.Code);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask StageAsync(CommitScope scope, VerifiedEnvelope envelope, string assurance)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(envelope);
        var (registry, now, message) = (await _registry.InForceAsync(scope), Now(), envelope.Envelope);
        var service = ServiceRules.Find(registry, message, envelope.Octets.Length);
        ServiceRules.CheckAssurance(service, assurance);
        var recipients = registry.Resolve(message.To, message.Type, now);
        if (assurance != Assurances.AttestedHub)
        {
            ServiceTerms.Check(service, message, now);
            RightsCheck.Check(registry, message, recipients, envelope.Octets.Length, now);
            PayloadContract.Check(service, message);
        }

        var uploads = await UploadCheck.CheckAsync(_uploads, message, CancellationToken.None);
        var candidate = new Candidate
        {
            Verified = envelope, Assurance = assurance, Accepted = now, Registry = registry.Version, Recipients = recipients, Uploads = uploads, Order = ServiceRules.OrderOf(service),
        };
        await _unit.RunAsync(scope, candidate, candidate.ToEntry());
    }

    /// <summary>Before anything costs much. What says that it is an acknowledgement passes above the quota, too, and has to
    /// prove it; so many of them a second, since anybody can say it.</summary>
    /// <returns>Whether it was counted.</returns>
    /// <exception cref="ProblemException"><c>rate-limited</c>, with Retry-After.</exception>
    private bool TakeQuota(ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, SystemAddress caller)
    {
        if (_registry.Current.FindSystem(caller) is not { Policy.SendRate: not null } system) return false;
        if (Quotas.Take(system) is not { } wait) return true;
        if (octets.Length <= TypeGlance.MaxBytes && _glances.Take(caller, GlancesAboveQuota) is null && TypeGlance.IsAcknowledgement(octets, encoding)) return false;
        IntakeGate.Shed("quota");
        throw new ProblemException(SendQuotas.Above(system, wait));
    }

    /// <summary>Prepares again what another node's change of the registry has overtaken: nothing is accepted by rules, keys or rights of
    /// yesterday.</summary>
    private async ValueTask<Acceptance> AcceptOnNewestAsync(
        ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, SystemAddress caller, Action<Envelope, Service, IReadOnlyList<ResolvedRecipient>>? prepare, Receipt? shown, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await AcceptCheckedAsync(octets, encoding, caller, prepare, shown, cancellationToken);
            }
            catch (StaleRegistryException stale)
            {
                if (tries == RegistryTries) throw RegistryInForce.Behind(stale.Version, _registry.Current.Version);
                await _registry.CatchUpAsync(stale.Version, cancellationToken);
            }
        }
    }

    private async ValueTask<Acceptance> AcceptCheckedAsync(
        ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, SystemAddress caller, Action<Envelope, Service, IReadOnlyList<ResolvedRecipient>>? prepare, Receipt? shown, CancellationToken cancellationToken)
    {
        _node.RequireFit();
        (_clock as HubClock)?.RequireAgreement();
        var (registry, now) = (_registry.Current, Now());
        var verified = EnvelopeCodec.Verify(octets, encoding, new RegistryKeyRing(registry, _keys, _clock, _settings.Development, _certificates));
        var envelope = verified.Envelope;
        CheckCaller(registry, envelope.From, caller);

        Candidate candidate;
        try
        {
            candidate = await CheckAsync(verified, shown, registry, now, cancellationToken);
            prepare?.Invoke(envelope, registry.FindService(envelope.Type)!, candidate.Recipients);
        }
        catch (ProblemException)
        {
            // A retry gets its receipt even when its window or its rights have ended meanwhile.
            if (await _store.FindMessageAsync(envelope.Key, cancellationToken) is not { } accepted) throw;
            AcceptanceUnit.CheckSameContent(accepted, Convert.ToHexStringLower(verified.ContentDigest));
            return await DuplicateOfAsync(accepted, cancellationToken);
        }

        var entry = candidate.ToEntry();
        using var commit = MessageTrace.BeginCommit(envelope);
        var (message, ticket) = await _committer.RunAsync(new UnitReads(Message: candidate.Key, Answered: envelope.InReplyTo?.Key), scope => _unit.RunAsync(scope, candidate, entry), cancellationToken);
        // Read again: inside the unit its entry was not the last word, when both came in one group and the log moved.
        return ticket is null
            ? await DuplicateOfAsync(await _store.FindMessageAsync(message.Key, CancellationToken.None) ?? message, CancellationToken.None)
            : new Acceptance(message.Key, TrailReader.ReceiptOf(ticket), Duplicate: false) { Type = message.Type };
    }

    private async ValueTask<Candidate> CheckAsync(VerifiedEnvelope verified, Receipt? shown, RegistrySnapshot registry, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var envelope = verified.Envelope;
        // What ends work goes on when the disk fills; what makes work waits.
        if (envelope.Type != MessageType.Acknowledgement) _disk.RequireRoom(verified.Octets.Length);
        ClockWindow.Check(envelope, now, await PastAsync(verified, shown, now, cancellationToken), _settings.AcceptFuture);
        var service = ServiceRules.Find(registry, envelope, verified.Octets.Length);
        ServiceRules.CheckExtensions(envelope);
        ServiceRules.CheckAssurance(service, Assurances.SenderSigned);
        ServiceTerms.Check(service, envelope, now);
        var recipients = registry.Resolve(envelope.To, envelope.Type, now);
        var replyTo = await CheckRightsAsync(registry, verified, recipients, now, cancellationToken);
        // After the rights: how much lies for a system is nobody else's business.
        if (envelope.Type != MessageType.Acknowledgement) _backlog.RequireRoom(recipients);
        AcknowledgementRules.CheckShape(verified);
        // After the rights, though it belongs to the service: nobody without a right makes the hub validate.
        ServiceTerms.CheckSeals(service, envelope);
        PayloadContract.Check(service, envelope);
        return new Candidate
        {
            Verified = verified,
            Assurance = Assurances.SenderSigned,
            Accepted = now,
            Registry = registry.Version,
            Recipients = recipients,
            AllowedAsReplyTo = replyTo,
            Uploads = await UploadCheck.CheckAsync(_uploads, envelope, cancellationToken),
            Answer = AcknowledgementRules.Read(envelope),
            Order = ServiceRules.OrderOf(service),
        };
    }

    /// <summary>How old <c>created</c> may be: as old as can be, when a receipt proves that the hub had accepted these octets: one that was
    /// checked before, or the one shown.</summary>
    /// <exception cref="ProblemException"><c>clock-window</c>: it is older than the hub takes, and the receipt does not prove that.</exception>
    private async ValueTask<TimeSpan> PastAsync(VerifiedEnvelope verified, Receipt? shown, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (verified.Envelope.Created >= now - _settings.AcceptPast) return _settings.AcceptPast;
        if (Lost.Holds(verified.Envelope.Key, Convert.ToHexStringLower(verified.Sha256))) return now - DateTimeOffset.MinValue;
        if (shown is null) return _settings.AcceptPast;
        var judged = await _receipts.JudgeAsync(shown, verified.Octets.ToArray(), cancellationToken);
        if (judged.Message?.Value == verified.Envelope.Key.Value) return now - DateTimeOffset.MinValue;
        var why = judged.Message is null ? string.Join("; ", judged.Failures) : $"it is that of message {judged.Message}";
        throw ProblemCode.ClockWindow.With(
            $"'created' is {Rfc3339.Format(verified.Envelope.Created)}, older than the hub accepts, and the receipt shown does not prove that this hub had accepted these octets: {why}. Send the very octets it was given for. Broken link: clock.");
    }

    /// <summary>Checks the rights; what no right covers may still be the reply to a request.</summary>
    /// <returns>The request, when only that allows it.</returns>
    private async ValueTask<MessageKey?> CheckRightsAsync(
        RegistrySnapshot registry, VerifiedEnvelope verified, IReadOnlyList<ResolvedRecipient> recipients, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var envelope = verified.Envelope;
        try
        {
            RightsCheck.Check(registry, envelope, recipients, verified.Octets.Length, now);
            return null;
        }
        catch (ProblemException) when (envelope.InReplyTo is not null && !RegistrySnapshot.IsProtocol(envelope.Type))
        {
            if (!await ReplyRight.CoversAsync(_store, registry, envelope, recipients, now, cancellationToken)) throw;
            return envelope.InReplyTo.Key;
        }
    }

    private static void CheckCaller(RegistrySnapshot registry, SystemAddress from, SystemAddress caller)
    {
        if (from != caller)
            throw ProblemCode.NotAllowed.With($"The caller is {caller}, but the envelope is from {from}. A system sends its own envelopes only. Broken link: identity.");
        if (from == registry.Hub || registry.FindSystem(from)?.Channel.Kind == "app")
            throw ProblemCode.NotAllowed.With($"{from} lives inside the hub, which holds its key; it sends nothing from outside. Broken link: identity.");
    }

    private async ValueTask<Acceptance> DuplicateOfAsync(MessageRecord accepted, CancellationToken cancellationToken) =>
        new(accepted.Key, await _trail.ReceiptAsync(accepted, cancellationToken), Duplicate: true) { Type = accepted.Type };

    private DateTimeOffset Now()
    {
        var now = _clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }
}
