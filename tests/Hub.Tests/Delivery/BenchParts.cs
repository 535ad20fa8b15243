using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Core.Delivery;
using Hub.Core.Intake;
using Hub.Core.Registry;
using Hub.Core.Routing;
using Hub.Core.Storage;
using Hub.Core.Trail;

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

/// <summary>The staging half of intake, in its shortest form.</summary>
internal sealed class StagingIntake(IRegistry registry, DeliverySignals signals, TimeProvider clock) : IIntake
{
    public ValueTask<Acceptance> AcceptAsync(ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, SystemAddress caller, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public async ValueTask StageAsync(CommitScope scope, VerifiedEnvelope envelope, string assurance)
    {
        var (message, now) = (envelope.Envelope, clock.GetUtcNow());
        var recipients = registry.Current.Resolve(message.To, message.Type, now);
        var ticket = scope.Append(new TrailEntry(EntryKinds.MessageAccepted, message.Key, message.From.ToString(), new JsonObject { ["id"] = message.Id }));
        var record = new MessageRecord
        {
            Key = message.Key, Id = message.Id, From = message.From, Type = message.Type, Encoding = envelope.Encoding, Size = envelope.Octets.Length,
            Sha256 = Convert.ToHexStringLower(envelope.Sha256), ContentDigest = Convert.ToHexStringLower(envelope.ContentDigest), Assurance = assurance,
            Created = message.Created, Accepted = now, NotBefore = message.NotBefore, Expires = message.Expires, Priority = message.Priority,
            Conversation = message.Conversation, InReplyTo = message.InReplyTo?.Key, Entry = ticket.Index,
        };
        await scope.Transaction.InsertMessageAsync(record, envelope.Octets, RoutePlanner.Plan(message.Key, recipients, now, message.NotBefore));
        scope.AfterCommit(() =>
        {
            foreach (var recipient in recipients) signals.Notify(recipient.System.Address);
        });
    }
}

/// <summary>A channel of kind push whose partners do what the test says.</summary>
internal sealed class ScriptedChannel : IDeliveryChannel
{
    private readonly ConcurrentQueue<OutgoingDelivery> _sent = new();
    private readonly ConcurrentDictionary<SystemAddress, (int Now, int Most)> _inFlight = new();

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

    public int MostInFlight(SystemAddress system) => _inFlight.TryGetValue(system, out var count) ? count.Most : 0;

    public async ValueTask<AttemptOutcome> SendAsync(OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        _sent.Enqueue(delivery);
        Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        var system = delivery.Recipient.Address;
        _inFlight.AddOrUpdate(system, (1, 1), (_, c) => (c.Now + 1, Math.Max(c.Most, c.Now + 1)));
        try
        {
            return await Partner(delivery, cancellationToken);
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

    /// <summary>Dies instead of running the next unit that is asked for while this is set.</summary>
    internal bool DiesBeforeNext { get; set; }

    /// <summary>Dies after the next unit is durable, before its caller hears of it.</summary>
    internal bool DiesAfterNext { get; set; }

    internal TaskCompletionSource Death { get; } = New();

    internal Task NextAsync() => _next.Task;

    internal void Die()
    {
        _dead = true;
        Death.TrySetResult();
    }

    public async ValueTask<T> RunAsync<T>(Func<CommitScope, ValueTask<T>> work, CancellationToken cancellationToken = default)
    {
        if (DiesBeforeNext) Die();
        if (_dead) await NeverAsync();
        try
        {
            var dies = DiesAfterNext;
            var result = await inner.RunAsync(work, cancellationToken);
            if (dies) Die();
            if (_dead) await NeverAsync();
            return result;
        }
        finally
        {
            Interlocked.Exchange(ref _next, New()).TrySetResult();
        }
    }

    private static Task NeverAsync() => new TaskCompletionSource().Task;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
