namespace Hub.Core.Storage;

/// <summary>The nodes over one store: who lives, and who holds which duty. Every instant is the store's own clock, so that nodes need
/// not agree on theirs.</summary>
/// <remarks>A node's <b>lease</b> runs for a stated time from its last beat. A store lets a node commit only while its lease runs and no
/// later incarnation of the node has joined: a node that was paused for longer commits nothing late. A <b>duty</b> is work of which the
/// hub does one at a time (sweeps, schedules); its <b>term</b> grows by one with every new holder, and
/// <see cref="IStoreTransaction.RequireDutyAsync"/> ties a commit to it.</remarks>
public interface INodeStore
{
    /// <summary>Whether other nodes may join; if not, its lease cannot be lost.</summary>
    bool IsShared => true;

    /// <summary>Joins: gives the node of a name its number, for ever the same, and a new incarnation; its lease begins. Transactions of
    /// this store are those of this node from here on.</summary>
    ValueTask<NodeRecord> JoinAsync(NodeCard card, TimeSpan lease, CancellationToken cancellationToken = default);

    /// <summary>Renews the lease of the joined node, and takes or renews duties: those that nobody holds, whose holder's lease has ended,
    /// or that are its own.</summary>
    /// <param name="duties">Duties wanted. Others that it holds are given up.</param>
    /// <param name="lease">How long from now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What it holds; null when its lease had ended or another incarnation joined: it must join again.</returns>
    ValueTask<NodeBeat?> BeatAsync(IReadOnlyCollection<string> duties, TimeSpan lease, CancellationToken cancellationToken = default);

    /// <summary>Leaves: lease and duties end at once.</summary>
    ValueTask LeaveAsync(CancellationToken cancellationToken = default);

    /// <summary>All nodes that ever joined, by number.</summary>
    ValueTask<IReadOnlyList<NodeRecord>> ListNodesAsync(CancellationToken cancellationToken = default);

    /// <summary>All duties that were ever held, by name.</summary>
    ValueTask<IReadOnlyList<DutyRecord>> ListDutiesAsync(CancellationToken cancellationToken = default);

    /// <summary>Who wrote to the log last; null: a store that nobody shares does not keep that.</summary>
    ValueTask<LogSeat?> ReadSeatAsync(CancellationToken cancellationToken = default) => new((LogSeat?)null);
}

/// <summary>What a node says of itself.</summary>
/// <param name="Name">Its name, unique among the nodes of a hub: 1 to 64 letters, digits, dots and hyphens.</param>
/// <param name="Url">Where systems reach it, if they do.</param>
/// <param name="Version">The version of its program.</param>
public sealed record NodeCard(string Name, string? Url, string Version);

/// <summary>A node as the store knows it.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Incarnation">Grows with every join.</param>
/// <param name="Card">What it said of itself when it joined.</param>
/// <param name="Joined">When it joined.</param>
/// <param name="Until">When its lease ends, or ended.</param>
/// <param name="Alive">Whether the lease runs, by the store's clock.</param>
public sealed record NodeRecord(int Number, long Incarnation, NodeCard Card, DateTimeOffset Joined, DateTimeOffset Until, bool Alive);

/// <summary>A duty and who holds it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Node">Number of the node that holds it, or held it last.</param>
/// <param name="Term">How often it changed hands, from 1.</param>
/// <param name="Since">When this term began.</param>
/// <param name="Until">When it ends unless renewed.</param>
/// <param name="Held">Whether it is held, by the store's clock.</param>
public sealed record DutyRecord(string Name, int Node, long Term, DateTimeOffset Since, DateTimeOffset Until, bool Held);

/// <summary>The seat of the log's one sequencer. It is held for the length of one commit.</summary>
/// <param name="Size">Entries in the log.</param>
/// <param name="Node">Number of the node that wrote to it last; null for an empty log.</param>
/// <param name="Term">Grows by one whenever another node writes than before.</param>
public sealed record LogSeat(long Size, int? Node, long Term);

/// <summary>What a beat came to.</summary>
/// <param name="Time">The store's clock.</param>
/// <param name="Duties">Duties held, with their terms.</param>
/// <param name="Dead">Numbers of nodes whose lease has ended and whose claims nobody has released yet.</param>
public sealed record NodeBeat(DateTimeOffset Time, IReadOnlyDictionary<string, long> Duties, IReadOnlyList<int> Dead);
