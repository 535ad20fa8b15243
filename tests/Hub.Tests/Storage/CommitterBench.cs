using System.Text.Json.Nodes;
using Hub.Adapters.Keys;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Core;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.Tests.Storage;

/// <summary>A committer over a store, with keys of its own, and the small units that its tests run.</summary>
internal sealed class CommitterBench : IAsyncDisposable
{
    internal const int MaxGroup = 64;
    internal static readonly SystemAddress Sender = SystemAddress.Parse("H06.01/qlvb");
    private readonly IDisposable? _folder;

    private CommitterBench(IHubStore store, IDisposable? folder)
    {
        _folder = folder;
        Failures = new FailingStore.Switch();
        Store = FailingStore.Wrap(store, Failures);
        Committer = NewCommitter();
    }

    internal FileHubKeys Keys => DataFolder.Keys;

    internal IHubStore Store { get; }

    internal FailingStore.Switch Failures { get; }

    internal ManualClock Clock { get; } = new();

    internal GroupCommitter Committer { get; private set; }

    internal static async Task<CommitterBench> StartAsync((IHubStore Store, IDisposable? Folder) made)
    {
        var bench = new CommitterBench(made.Store, made.Folder);
        await bench.Store.OpenAsync();
        await bench.Committer.StartAsync();
        return bench;
    }

    internal async Task RestartAsync()
    {
        await Committer.DisposeAsync();
        Committer = NewCommitter();
        await Committer.StartAsync();
    }

    /// <summary>Accepts a message of the sender, if its id is new, with one entry.</summary>
    internal static Func<CommitScope, ValueTask<EntryTicket>> Accept(string id) => async scope =>
    {
        var key = MessageKey.Of(Sender, id);
        if (await scope.Transaction.FindMessageAsync(key) is not null) throw new InvalidOperationException($"duplicate {id}");
        var ticket = scope.Append(EntryOf(id));
        await scope.Transaction.InsertMessageAsync(MessageOf(id, ticket.Index), OctetsOf(id), []);
        return ticket;
    };

    internal static TrailEntry EntryOf(string id) => new(
        EntryKinds.MessageAccepted,
        MessageKey.Of(Sender, id),
        Sender.ToString(),
        new JsonObject { ["from"] = Sender.ToString(), ["id"] = id, ["sha256"] = Sha256Of(id) });

    internal static byte[] OctetsOf(string id) => System.Text.Encoding.UTF8.GetBytes($"octets of {id}");

    internal async Task<Checkpoint> CheckpointAsync() => Checkpoint.Open((await Store.FindCheckpointAsync())!, Keys.LogVerifier)!;

    public async ValueTask DisposeAsync()
    {
        await Committer.DisposeAsync();
        await Store.DisposeAsync();
        _folder?.Dispose();
    }

    private static string Sha256Of(string id) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(OctetsOf(id)));

    private static MessageRecord MessageOf(string id, long entry) => new()
    {
        Key = MessageKey.Of(Sender, id),
        Id = id,
        From = Sender,
        Type = MessageType.Parse("vn.document.v1"),
        Encoding = EnvelopeEncoding.Json,
        Size = OctetsOf(id).Length,
        Sha256 = Sha256Of(id),
        ContentDigest = Sha256Of(id),
        Assurance = "sender-signed",
        Created = DateTimeOffset.UnixEpoch,
        Accepted = DateTimeOffset.UnixEpoch,
        Entry = entry,
    };

    /// <summary>Another committer over the same store, as another node has it.</summary>
    internal async Task<GroupCommitter> StartAnotherAsync()
    {
        var another = NewCommitter();
        await another.StartAsync();
        return another;
    }

    private GroupCommitter NewCommitter() => new(
        Store, Keys, new HubSettings { DataDirectory = "", MaxGroup = MaxGroup }, Clock, NullLogger<GroupCommitter>.Instance);
}

/// <summary>A clock that stands still until it is set.</summary>
internal sealed class ManualClock : TimeProvider
{
    internal DateTimeOffset Now { get; set; } = new(2026, 3, 2, 9, 15, 0, 250, TimeSpan.Zero);

    /// <summary>Whether timers fire at once.</summary>
    internal bool Impatient { get; set; }

    public override DateTimeOffset GetUtcNow() => Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Impatient ? TimeSpan.Zero : dueTime, period);
}
