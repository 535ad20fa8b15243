namespace Hub.Adapters.Stores.Relational;

/// <summary>Every text that the write transaction sends. Parameters are listed in their order; those named <c>rows</c> are a
/// <see cref="RowSet"/>, whose columns stand in the order of the class named.</summary>
internal sealed record WriteSql
{
    /// <summary>Begins a transaction in the first batch; null, as the two that end it, where that is the connection's business.</summary>
    internal required string? Begin { get; init; }

    internal required string? Commit { get; init; }

    internal required string? Rollback { get; init; }

    /// <summary>Lets the rest of the transaction take long.</summary>
    internal required string HavePatience { get; init; }

    /// <summary>Parameter: how many blocks of <see cref="IdBlocks.Size"/> ids. Gives the first id of each.</summary>
    internal required string TakeIds { get; init; }

    /// <summary>Gives the newest version of the registry, or null.</summary>
    internal required string RegistryVersion { get; init; }

    /// <summary>Parameters: keys. Columns: <see cref="Rows.MessageColumns"/>.</summary>
    internal required string FindMessages { get; init; }

    /// <summary>Parameters: ids. Columns: <see cref="Rows.DeliveryColumns"/>, as those of all that find deliveries.</summary>
    internal required string FindDeliveries { get; init; }

    /// <summary>Parameters: message key, recipient.</summary>
    internal required string FindDeliveryOfMessage { get; init; }

    /// <summary>Gives the place of the log and holds it against all others: size, note, time, node, term.</summary>
    internal required string TakeSeat { get; init; }

    /// <summary>Parameters: size. Gives the tiles at the edge of the log when it has another size: level, index, hashes.</summary>
    internal required string SeatEdge { get; init; }

    /// <summary>Parameters: size, note, time, node, size before. Changes one row.</summary>
    internal required string MoveHead { get; init; }

    /// <summary>Parameters: node, incarnation. Fails as a conflict when its lease has ended.</summary>
    internal required string Fence { get; init; }

    /// <summary>Parameters: duty, node, term. Fails as a conflict when the node does not hold it.</summary>
    internal required string RequireDuty { get; init; }

    /// <summary>Rows: <see cref="KeyRows"/>. Fails as a conflict when one is taken.</summary>
    internal required string InsertKeys { get; init; }

    /// <summary>Rows: <see cref="MessageRows"/>.</summary>
    internal required string InsertMessages { get; init; }

    /// <summary>Rows: <see cref="BodyRows"/>.</summary>
    internal required string InsertBodies { get; init; }

    /// <summary>Rows: <see cref="UploadRows"/>.</summary>
    internal required string NameUploads { get; init; }

    /// <summary>Rows: <see cref="NewDeliveryRows"/>.</summary>
    internal required string InsertDeliveries { get; init; }

    /// <summary>Rows: <see cref="DeliveryRows"/>. Changes as many rows as there are, or another node was quicker.</summary>
    internal required string UpdateDeliveries { get; init; }

    /// <summary>Rows: <see cref="LaneRows"/>. Holds them, in their order, until the end of the transaction.</summary>
    internal required string LockLanes { get; init; }

    /// <summary>Rows: <see cref="LaneRows"/>. The same, but waiting only briefly for each.</summary>
    internal required string TryLockLanes { get; init; }

    /// <summary>Rows: <see cref="LaneRows"/>, which are held. Of those that block in each, the first may be claimed, the others stand behind.</summary>
    internal required string SettleLanes { get; init; }

    /// <summary>Parameters: recipient and lane after which, how many. Gives recipient, lane, and whether the first that blocks in it
    /// stands behind, in order.</summary>
    internal required string FrontsOfLanes { get; init; }

    /// <summary>Rows: <see cref="CountRows"/>.</summary>
    internal required string AddToCounts { get; init; }

    /// <summary>Rows: <see cref="EntryRows"/>.</summary>
    internal required string InsertEntries { get; init; }

    /// <summary>Rows: <see cref="TileRows"/>.</summary>
    internal required string WriteTiles { get; init; }

    /// <summary>Parameters: size, note. Fails as a conflict when there is one of that size.</summary>
    internal required string WriteCheckpoint { get; init; }

    /// <summary>Parameters: recipient, now, how many.</summary>
    internal required string Promote { get; init; }

    /// <summary>Parameters: recipient, now, until, node, only the protocol's, how many, and of those how many of each rank first, from 0 to 4. Gives <see cref="Rows.DeliveryColumns"/> and the
    /// state before, in no stated order.</summary>
    internal required string Claim { get; init; }

    /// <summary>Parameters: recipient, now. Gives when the next that is queued comes due, if one does.</summary>
    internal required string NextDue { get; init; }

    /// <summary>Parameters: after, until (both exclusive, null for none), now, how many. Gives recipients, in order.</summary>
    internal required string RecipientsDue { get; init; }

    /// <summary>Parameters: node, now, interruptions without an attempt, how many, ids to leave out. Gives the recipient of each row it changes.</summary>
    internal required string ReleaseClaims { get; init; }

    /// <summary>Parameters: now, how many.</summary>
    internal required string Expired { get; init; }

    /// <summary>Parameters: number, until.</summary>
    internal required string WriteWait { get; init; }

    /// <summary>Parameters: number, at.</summary>
    internal required string EraseMessage { get; init; }

    /// <summary>Parameter: number.</summary>
    internal required string EraseBody { get; init; }

    /// <summary>Parameter: number.</summary>
    internal required string EraseDeliveries { get; init; }

    /// <summary>Parameters: key, number or null.</summary>
    internal required string EraseEntries { get; init; }

    /// <summary>Parameters: owner, digests, number.</summary>
    internal required string EraseUploads { get; init; }

    /// <summary>Parameters: owner, digest.</summary>
    internal required string IsUploadNamed { get; init; }

    /// <summary>Parameter: how many. Gives owner, digest.</summary>
    internal required string ErasedUploads { get; init; }

    /// <summary>Parameters: owner, digest.</summary>
    internal required string ForgetErasedUpload { get; init; }

    /// <summary>Gives the version of the document of a hub from before, or nothing.</summary>
    internal required string RegistryDocumentVersion { get; init; }

    /// <summary>Parameters: version, time, actor, approved by, reason, entry.</summary>
    internal required string InsertRegistryVersion { get; init; }

    /// <summary>Parameter: version. Rows: <see cref="RegistryObjectRows"/>.</summary>
    internal required string ReplaceRegistryObjects { get; init; }

    /// <summary>Parameter: version. Rows: <see cref="RegistryObjectRows"/>.</summary>
    internal required string InsertRegistryObjects { get; init; }

    /// <summary>Parameter: id. Gives id, kind, state, created, json, rev.</summary>
    internal required string FindProposal { get; init; }

    /// <summary>Parameters: id, kind, state, created, json. Fails as a conflict when there is one.</summary>
    internal required string InsertProposal { get; init; }

    /// <summary>Parameters: id, kind, state, created, json, rev as read. Changes one row, or another node was quicker.</summary>
    internal required string UpdateProposal { get; init; }

    /// <summary>Parameter: app. Holds its state until the end of the transaction.</summary>
    internal required string LockApp { get; init; }

    /// <summary>Parameter: app. The same without waiting; gives whether it was free.</summary>
    internal required string TryLockApp { get; init; }

    /// <summary>Parameters: app, key.</summary>
    internal required string ReadAppState { get; init; }

    /// <summary>Rows: <see cref="AppStateRows"/>.</summary>
    internal required string WriteAppState { get; init; }

    /// <summary>Rows: <see cref="AppStateRows"/>.</summary>
    internal required string RemoveAppState { get; init; }
}
