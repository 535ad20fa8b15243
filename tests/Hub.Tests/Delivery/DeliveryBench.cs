using System.Runtime.InteropServices;
using System.Text;
using Hub.Adapters.Keys;
using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Core;
using Hub.Core.Apps;
using Hub.Core.Delivery;
using Hub.Core.Intake;
using Hub.Core.Pressure;
using Hub.Core.Nodes;
using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Tests.Intake;
using Hub.Tests.Pressure;
using Hub.Tests.Storage;
using ManualClock = Hub.Tests.Time.ManualClock;

namespace Hub.Tests.Delivery;

/// <summary>A hub's delivery half over a store: real committer, log, keys, mailbox and dispatcher; partners are scripted.</summary>
internal sealed class DeliveryBench : IAsyncDisposable
{
    internal static readonly SystemAddress Sender = SystemAddress.Parse("H06/qlvb");
    internal static readonly SystemAddress Pushed = SystemAddress.Parse("H06.40/qlvb");
    internal static readonly SystemAddress Puller = SystemAddress.Parse("H06.41/qlvb");
    internal static readonly SystemAddress AppSystem = SystemAddress.Parse("H06.42/archive");
    private static readonly LocalSigner SenderKey = LocalSigner.FromPem("k1", TestKeys.NewPem());
    private static readonly VerificationKey SenderVerifier = new("k1", SenderKey.ExportSubjectPublicKeyInfo());

    private readonly TemporaryFolder _folder = new();
    private GroupCommitter _committer = null!;
    private Lazy<IIntake> _intake = null!;
    private CancellationTokenSource _stopping = new();
    private Task _dispatching = Task.CompletedTask;

    private readonly Func<IHubStore>? _open;

    private DeliveryBench(RegistryContent content, IEnumerable<IHandle> handlers, Func<IHubStore>? open)
    {
        _open = open;
        Handlers = [.. handlers];
        Node = new ThisNode(Clock);
        Keys = FileHubKeys.OpenOrCreate(_folder.Path, content.Hub);
        Registry = new FixedRegistry(new RegistrySnapshot(1, content));
    }

    internal ManualClock Clock { get; } = new();

    internal FileHubKeys Keys { get; }

    internal FixedRegistry Registry { get; }

    internal IHubStore Store { get; private set; } = null!;

    internal IReadOnlyList<IHandle> Handlers { get; }

    internal ScriptedChannel Channel { get; } = new();

    internal DeliverySignals Signals { get; private set; } = null!;

    internal SystemBreakers Breakers { get; } = new();

    internal WatchedCommitter Committer { get; private set; } = null!;

    internal Mailbox Mailbox { get; private set; } = null!;

    internal DeadLetters DeadLetters { get; private set; } = null!;

    internal Acknowledgements Acknowledgements { get; private set; } = null!;

    internal static RegistryContent Content(DeliveryPolicy? policy = null, params AgencySystem[] more)
    {
        policy ??= new DeliveryPolicy { MaxAttempts = 3, FirstDelay = TimeSpan.FromSeconds(2), MaxDelay = TimeSpan.FromMinutes(1), Jitter = 0 };
        AgencySystem[] systems =
        [
            new() { Address = Sender, Name = "Sender", Policy = policy },
            new() { Address = Pushed, Name = "Pushed", Policy = policy, Channel = new ChannelSettings("push", new Uri("https://push.example/in")) },
            new() { Address = Puller, Name = "Puller", Policy = policy },
            new() { Address = AppSystem, Name = "App", Policy = policy, Channel = new ChannelSettings("app", App: "archive") },
            .. more,
        ];
        return new RegistryContent
        {
            Hub = SystemAddress.Parse("H06.09/lgsp"),
            Levels = [new Level("province", "Tỉnh", "Province", 1)],
            Agencies = [.. systems.Select(s => s.Address.Agency).Distinct().Select(code => new Agency { Code = code, Name = code.Value, Level = "province" })],
            Systems = systems,
            Services = [new Service(MessageType.Parse("vn.document.v1"), "Văn bản", "Document"), new Service(MessageType.Parse("vn.note.v1"), "Ghi chú", "Note", "hub-attested")],
            Rights = [new Right("*", ["*"], "*", MaxPriority: 4)],
        };
    }

    internal static Task<DeliveryBench> StartAsync(RegistryContent? content = null, params IHandle[] handlers) => StartAsync(content ?? Content(), open: null, handlers);

    /// <summary>Starts over another store than SQLite.</summary>
    /// <param name="content">The registry.</param>
    /// <param name="open">Gives the store at the start and after each crash; null: SQLite.</param>
    /// <param name="handlers">Apps.</param>
    internal static async Task<DeliveryBench> StartAsync(RegistryContent content, Func<IHubStore>? open, params IHandle[] handlers)
    {
        var bench = new DeliveryBench(content, handlers, open);
        await bench.BootAsync();
        return bench;
    }

    /// <summary>The node whose dispatcher it is.</summary>
    internal ThisNode Node { get; }

    /// <summary>Starts the dispatcher.</summary>
    internal void Dispatch(OctetBudget? budget = null, IHubStore? store = null)
    {
        _stopping = new CancellationTokenSource();
        var apps = new AppChannel(
            Handlers, Committer, Store, Keys, Acknowledgements, _intake, Signals, Clock, new TestLog<AppChannel>());
        var dispatcher = new Dispatcher(
            Registry, Committer, store ?? Store, Keys, [Channel, apps], Acknowledgements, _intake, Signals, Breakers, Node, Clock, new TestLog<Dispatcher>(),
            budget ?? new OctetBudget(128 * 1024 * 1024));
        _dispatching = dispatcher.RunAsync(_stopping.Token);
    }

    /// <summary>Starts the dispatcher of another node over the same store; it runs until cancelled.</summary>
    internal Task DispatchAt(ThisNode node, CancellationToken stopping) =>
        new Dispatcher(
            Registry, Committer, Store, Keys, [Channel], Acknowledgements, _intake, new DeliverySignals(), new SystemBreakers(), node, Clock, new TestLog<Dispatcher>(),
            new OctetBudget(128 * 1024 * 1024)).RunAsync(stopping);

    internal ExpirySweep NewSweep(int pageSize = 200, int mostPages = 20)
    {
        var outcomes = new DeliveryOutcomes(Committer, Acknowledgements, new DeliveryNotices(Keys), _intake, Signals, Clock);
        return new ExpirySweep(Registry, Committer, Store, outcomes, Clock) { PageSize = pageSize, MostPages = mostPages };
    }

    internal ReorganisationSweep NewReorganisationSweep(IHubStore? store = null) =>
        new(Registry, Committer, store ?? Store, Keys, Acknowledgements, _intake, Signals, Node, Clock, new TestLog<ReorganisationSweep>());

    /// <summary>Stops the dispatcher in order and waits for its end.</summary>
    internal async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _dispatching.WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>Stops the dispatcher in order without waiting.</summary>
    internal Task BeginStopAsync()
    {
        _ = _stopping.CancelAsync();
        return _dispatching;
    }

    /// <summary>The process dies: whatever was under way never comes to an end. Then the hub starts again over the same store.</summary>
    internal async Task CrashAndRestartAsync()
    {
        Committer.Die();
        await _committer.DisposeAsync();
        await Store.DisposeAsync();
        await BootAsync();
    }

    /// <summary>Accepts a message from the sender, signed by it.</summary>
    internal Task<MessageKey> AcceptAsync(
        string id, SystemAddress to, Payload? payload = null, string type = "vn.document.v1", DateTimeOffset? expires = null, DateTimeOffset? notBefore = null, int? priority = null) =>
        AcceptAsync(id, [new Recipient(RecipientAddress.Parse(to.ToString()))], payload, type, expires, notBefore, priority: priority);

    internal async Task<MessageKey> AcceptAsync(
        string id, IReadOnlyList<Recipient> to, Payload? payload = null, string type = "vn.document.v1", DateTimeOffset? expires = null, DateTimeOffset? notBefore = null,
        MessageKey? inReplyTo = null, string? conversation = "c1", long? sequence = null, int? priority = null, bool refused = false)
    {
        var envelope = new Envelope
        {
            Id = id, Type = MessageType.Parse(type), From = Sender, To = to,
            Created = Clock.GetUtcNow(), Expires = expires, NotBefore = notBefore, Conversation = conversation, Sequence = sequence, InReplyTo = inReplyTo is { } key ? new InReplyTo(key, new string('a', 64)) : null,
            Payload = payload ?? new Payload { Form = PayloadForm.Json, MediaType = "application/json", Data = Encoding.UTF8.GetBytes("""{"a":1}""") },
        };
        if (priority is { } urgency) envelope = envelope with { Priority = urgency };
        var sealedOne = await EnvelopeSeal.SealAsync(envelope, SenderKey, SenderVerifier);
        await Committer.RunAsync(async scope =>
        {
            await _intake.Value.StageAsync(scope, sealedOne, Assurances.SenderSigned);
            return refused ? throw ProblemCode.NotAllowed.With("The unit was refused after it had written.") : true;
        });
        // As somebody does who reads requests into memory that is used again.
        MemoryMarshal.AsMemory(sealedOne.Octets).Span.Clear();
        return envelope.Key;
    }

    internal async Task<DeliveryRecord> DeliveryAsync(MessageKey key) => (await Store.ListDeliveriesAsync(key)).Single();

    /// <summary>Waits until the only delivery of a message is in a state; looks again after every commit.</summary>
    internal async Task<DeliveryRecord> UntilAsync(MessageKey key, DeliveryState state)
    {
        DeliveryRecord? delivery = null;
        await UntilAsync(async () => (delivery = await DeliveryAsync(key)).State == state);
        return delivery!;
    }

    internal async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var next = Committer.NextAsync();
            if (await holds()) return;
            await next.WaitAsync(patience.Token);
        }
    }

    /// <summary>What a system finds in its mailbox, read back as envelopes; acknowledged at once.</summary>
    internal async Task<IReadOnlyList<Envelope>> TakeAllAsync(SystemAddress system)
    {
        List<Envelope> taken = [];
        foreach (var claim in await Mailbox.ClaimAsync(system, Mailbox.MaxClaims, TimeSpan.Zero))
        {
            var octets = await Store.ReadOctetsAsync(claim.Message.Key);
            taken.Add(JsonEnvelope.ReadUnverified(octets!.Value, EnvelopeLimits.Default));
            await Mailbox.AckAsync(system, claim.Claim);
        }

        return taken;
    }

    internal async Task<IReadOnlyList<string>> KindsAsync(MessageKey key) =>
        [.. (await Store.ListEntriesAsync(key)).Select(e => e.ParseHeader().Kind)];

    internal ValueTask<SystemAddress> AcknowledgeAsync(SystemAddress recipient, Acknowledgement answer) =>
        Committer.RunAsync(scope => Acknowledgements.ApplySignedAsync(scope, recipient, answer));

    internal static string CodeOf(Func<Task> action) => Assert.ThrowsAsync<ProblemException>(() => action())!.Code.Code;

    public async ValueTask DisposeAsync()
    {
        Channel.ReleaseAll();
        await StopAsync();
        await _committer.DisposeAsync();
        await Store.DisposeAsync();
        Channel.Dispose();
        _folder.Dispose();
    }

    private async Task BootAsync()
    {
        var settings = new HubSettings { DataDirectory = _folder.Path };
        Store = _open?.Invoke() ?? new SqliteHubStore(settings, Keys, Clock, new TestLog<SqliteHubStore>());
        await Store.OpenAsync();
        _committer = new GroupCommitter(Store, Keys, settings, Clock, new TestLog<GroupCommitter>());
        await _committer.StartAsync();
        Committer = new WatchedCommitter(_committer);
        Signals = new DeliverySignals();
        Acknowledgements = new Acknowledgements(Clock, Signals);
        var intake = new IntakeService(
            Registry, Committer, Store, new InMemoryUploads(), Keys, Acknowledgements, new TrailReader(Store), Signals, new DiskGuard(new FixedDisk(), Clock), new BacklogGuard(Store, Registry, Clock), settings, Clock,
            new CertificateTable(), Node);
        _intake = new Lazy<IIntake>(() => intake);
        Mailbox = new Mailbox(Registry, Committer, Store, Keys, _intake, Acknowledgements, Signals, Node, Clock);
        DeadLetters = new DeadLetters(Committer, Signals, Clock);
    }
}
