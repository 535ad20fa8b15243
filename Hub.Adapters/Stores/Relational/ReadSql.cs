namespace Hub.Adapters.Stores.Relational;

/// <summary>Every text that reads of committed state send. Parameters are listed in their order.</summary>
internal sealed record ReadSql
{
    /// <summary>Parameter: key. Columns: <see cref="Rows.MessageColumns"/>, as those of all that give messages.</summary>
    internal required string FindMessage { get; init; }

    /// <summary>Parameters: key of the request, type, now.</summary>
    internal required string FindReply { get; init; }

    /// <summary>Parameters: key of the request, sender, how many at most.</summary>
    internal required string CountReplies { get; init; }

    /// <summary>Parameter: key. Gives the wrapped key and the sealed octets.</summary>
    internal required string FindBody { get; init; }

    /// <summary>Parameters: keys, how many octets at most. Gives <see cref="Rows.MessageColumns"/>, the wrapped key, and, up to that bound, the
    /// sealed octets.</summary>
    internal required string ReadMessages { get; init; }

    /// <summary>Parameter: key. Columns: <see cref="Rows.DeliveryColumns"/>, as those of all that give deliveries.</summary>
    internal required string DeliveriesOfMessage { get; init; }

    /// <summary>Parameter: id.</summary>
    internal required string FindDelivery { get; init; }

    /// <summary>Parameters: recipient, now, after, how many.</summary>
    internal required string Untaken { get; init; }

    /// <summary>Gives every recipient that has unfinished deliveries.</summary>
    internal required string UnfinishedRecipients { get; init; }

    /// <summary>Parameter: fewest. Gives recipient and number of unfinished deliveries.</summary>
    internal required string Backlogs { get; init; }

    /// <summary>Texts by what finds the messages; parameters in the order in which <see cref="MessageList"/> gives them.</summary>
    internal required Func<MessageDriver, ListSql> Messages { get; init; }

    /// <summary>By the state. Parameters: state, recipient or null, accepted, message, delivery after which, how many rows to look at, how many to give.</summary>
    internal required ListSql DeliveriesInState { get; init; }

    /// <summary>Delivered or acknowledged ones; parameters as <see cref="DeliveriesInState"/>.</summary>
    internal required ListSql DeliveriesSettled { get; init; }

    /// <summary>By the recipient; parameters as <see cref="DeliveriesInState"/>.</summary>
    internal required ListSql DeliveriesOfRecipient { get; init; }

    /// <summary>Parameters: recipient and problem code after which, how many. Gives recipient, problem code, count, oldest, newest, and the newest's detail.</summary>
    internal required string DeadGroups { get; init; }

    /// <summary>Of one recipient: parameters and columns as <see cref="DeadGroups"/>.</summary>
    internal required string DeadGroupsOfRecipient { get; init; }

    /// <summary>Parameters: recipient, problem code. Gives a row when one is dead.</summary>
    internal required string HasDead { get; init; }

    /// <summary>Parameters: owner, digest. Gives a row when an unerased message of the owner names it.</summary>
    internal required string IsUploadNamed { get; init; }

    /// <summary>Parameter: key. Columns: <see cref="Rows.EntryColumns"/>.</summary>
    internal required string EntriesOfMessage { get; init; }

    /// <summary>Parameters: first, how many. Columns: <see cref="Rows.EntryColumns"/>.</summary>
    internal required string Entries { get; init; }

    /// <summary>Gives the note of the newest checkpoint.</summary>
    internal required string NewestCheckpoint { get; init; }

    /// <summary>Parameter: index. Gives the note of the first checkpoint that covers it.</summary>
    internal required string CheckpointOver { get; init; }

    /// <summary>Parameters: level, index.</summary>
    internal required string Tile { get; init; }

    /// <summary>Gives the newest version, or null.</summary>
    internal required string NewestRegistryVersion { get; init; }

    /// <summary>Parameter: version. Gives a row when there is one.</summary>
    internal required string HasRegistryVersion { get; init; }

    /// <summary>Gives section, id, json of what is in force, as all that give objects.</summary>
    internal required string CurrentRegistryObjects { get; init; }

    /// <summary>Parameter: version.</summary>
    internal required string PastRegistryObjects { get; init; }

    /// <summary>Parameters: after, how many. Gives version, time, actor, approved by, reason, entry.</summary>
    internal required string RegistryVersions { get; init; }

    /// <summary>Parameter: version.</summary>
    internal required string RegistryObjectsOfVersion { get; init; }

    /// <summary>Parameter: time. Gives the version then in force.</summary>
    internal required string RegistryVersionAt { get; init; }

    /// <summary>Parameters: section, id, last version, how many. Gives section, id, json, then as <see cref="RegistryVersions"/>; newest first.</summary>
    internal required string RegistryHistory { get; init; }

    /// <summary>Parameters: lower and upper bound of ids (both exclusive), version after which.</summary>
    internal required string KeyHistory { get; init; }

    /// <summary>Parameter: id. Gives id, kind, state, created, json, as those below.</summary>
    internal required string FindProposal { get; init; }

    /// <summary>Parameters: id before which, how many.</summary>
    internal required string Proposals { get; init; }

    /// <summary>Parameters: state, id before which, how many.</summary>
    internal required string ProposalsInState { get; init; }

    /// <summary>Gives version and text of the document of a hub from before.</summary>
    internal required string RegistryDocument { get; init; }

    /// <summary>Parameters: app, key.</summary>
    internal required string AppState { get; init; }

    /// <summary>Parameters: app, prefix, how many. Gives key and value.</summary>
    internal required string AppStates { get; init; }

    /// <summary>Gives state and count; state −1 counts messages.</summary>
    internal required string Counts { get; init; }

    /// <summary>Parameters: now, how many at most are counted of each. Gives recipient, number of unfinished deliveries, since when the oldest waits.</summary>
    internal required string Queues { get; init; }

    /// <summary>Gives the due time of the oldest queued delivery.</summary>
    internal required string OldestQueued { get; init; }
}

/// <summary>A list that ends after so many rows looked at.</summary>
/// <param name="Page">Gives the rows that pass the filters.</param>
/// <param name="End">The same parameters. Gives the place of the last row that a page looks at, when there are as many.</param>
internal sealed record ListSql(string Page, string End);

/// <summary>What a list of messages is found by; the other filters are then looked at row by row.</summary>
internal enum MessageDriver
{
    Time,
    Type,
    Sender,
    Recipient,
    State,
    Conversation,
}
