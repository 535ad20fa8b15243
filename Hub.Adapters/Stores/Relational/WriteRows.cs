using Hub.Adapters.Stores.Bodies;
using Hub.Adapters.Stores.Sqlite;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>Keys of new messages, in their order so that two nodes never wait for each other crosswise.</summary>
internal sealed class KeyRows : RowSet
{
    private readonly Column<byte[]> _key;
    private readonly Column<long> _number;

    internal KeyRows()
        : base("hub_keys") => (_key, _number) = (Add<byte[]>("key"), Add<long>("num"));

    /// <summary>All keys of some messages, sorted.</summary>
    internal void Fill(List<(byte[] Key, long Number)> keys)
    {
        keys.Sort(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        foreach (var (key, number) in keys)
        {
            _key.Add(key);
            _number.Add(number);
            Count++;
        }
    }
}

/// <summary>New messages. They are sent last, since they name their entry.</summary>
internal sealed class MessageRows : RowSet
{
    private readonly Column<long> _number;
    private readonly Column<byte[]> _key;
    private readonly Column<string> _id, _sender, _type;
    private readonly Column<short> _encoding;
    private readonly Column<long> _size;
    private readonly Column<byte[]> _sha256, _content;
    private readonly Column<string> _assurance;
    private readonly Column<DateTimeOffset> _created, _accepted;
    private readonly Column<DateTimeOffset?> _notBefore, _expires;
    private readonly Column<short> _priority;
    private readonly Column<string?> _conversation;
    private readonly Column<long?> _sequence;
    private readonly Column<byte[]?> _inReplyTo;
    private readonly Column<string?> _subject;
    private readonly Column<byte[]?> _uploads;
    private readonly Column<long> _entry;
    private readonly Column<DateTimeOffset?> _erased, _waitedUntil;

    internal MessageRows()
        : base("hub_messages")
    {
        (_number, _key, _id, _sender, _type) = (Add<long>("num"), Add<byte[]>("key"), Add<string>("id"), Add<string>("sender"), Add<string>("type"));
        (_encoding, _size, _sha256, _content) = (Add<short>("encoding"), Add<long>("size"), Add<byte[]>("sha256"), Add<byte[]>("content_digest"));
        (_assurance, _created, _accepted) = (Add<string>("assurance"), Add<DateTimeOffset>("created"), Add<DateTimeOffset>("accepted"));
        (_notBefore, _expires, _priority) = (Add<DateTimeOffset?>("not_before"), Add<DateTimeOffset?>("expires"), Add<short>("priority"));
        (_conversation, _sequence, _inReplyTo) = (Add<string?>("conversation"), Add<long?>("sequence"), Add<byte[]?>("in_reply_to"));
        (_subject, _uploads, _entry, _erased) = (Add<string?>("subject"), Add<byte[]?>("uploads"), Add<long>("entry"), Add<DateTimeOffset?>("erased"));
        _waitedUntil = Add<DateTimeOffset?>("waited_until");
    }

    internal void Add(long number, byte[] key, MessageRecord message)
    {
        _number.Add(number);
        _key.Add(key);
        _id.Add(message.Id);
        _sender.Add(message.From.ToString());
        _type.Add(message.Type.Value);
        _encoding.Add((short)message.Encoding);
        _size.Add(message.Size);
        _sha256.Add(Convert.FromHexString(message.Sha256));
        _content.Add(Convert.FromHexString(message.ContentDigest));
        _assurance.Add(message.Assurance);
        _created.Add(message.Created.ToUniversalTime());
        _accepted.Add(message.Accepted.ToUniversalTime());
        _notBefore.Add(message.NotBefore?.ToUniversalTime());
        _expires.Add(message.Expires?.ToUniversalTime());
        _priority.Add((short)message.Priority);
        _conversation.Add(StoredText.Of(message.Conversation));
        _sequence.Add(message.Sequence);
        _inReplyTo.Add(message.InReplyTo is { } answered ? Convert.FromHexString(answered.Value) : null);
        _subject.Add(StoredText.Of(message.Subject));
        _uploads.Add(Digests.ReadMany(message.Uploads)?.ToArray());
        _entry.Add(message.Entry);
        _erased.Add(message.Erased?.ToUniversalTime());
        _waitedUntil.Add(message.WaitedUntil?.ToUniversalTime());
        Count++;
    }

    /// <summary>The log stands elsewhere than was believed.</summary>
    internal void MoveEntries(long by)
    {
        for (var row = 0; row < Count; row++) _entry[row] += by;
    }

    internal void Wait(long number, DateTimeOffset? until) => _waitedUntil[_number.Values.IndexOf(number)] = until?.ToUniversalTime();

    internal void Erase(long number, DateTimeOffset at)
    {
        var row = _number.Values.IndexOf(number);
        (_subject[row], _erased[row]) = (null, at.ToUniversalTime());
    }
}

/// <summary>Sealed bodies with their wrapped keys.</summary>
internal sealed class BodyRows : RowSet
{
    private readonly Column<long> _number;
    private readonly Column<byte[]> _dataKey, _octets;

    internal BodyRows()
        : base("hub_bodies") => (_number, _dataKey, _octets) = (Add<long>("num"), Add<byte[]>("data_key"), Add<byte[]>("octets"));

    internal void Add(long number, SealedOctets body)
    {
        _number.Add(number);
        _dataKey.Add(body.DataKey);
        _octets.Add(body.Record);
        Count++;
    }
}

/// <summary>Uploads that new messages name.</summary>
internal sealed class UploadRows : RowSet
{
    private readonly Column<string> _sender;
    private readonly Column<byte[]> _sha256;
    private readonly Column<long> _message;

    internal UploadRows()
        : base("hub_message_uploads") => (_sender, _sha256, _message) = (Add<string>("sender"), Add<byte[]>("sha256"), Add<long>("message"));

    internal void Add(long number, MessageRecord message)
    {
        if (message.Uploads.Count == 0) return;
        foreach (var digest in message.Uploads.Distinct(StringComparer.Ordinal))
        {
            _sender.Add(message.From.ToString());
            _sha256.Add(Convert.FromHexString(digest));
            _message.Add(number);
            Count++;
        }
    }
}

/// <summary>Changes of how many deliveries are in a state; state −1 counts messages.</summary>
internal sealed class CountRows : RowSet
{
    internal const int Messages = -1;
    private readonly long[] _changes = new long[1 + Enum.GetValues<DeliveryState>().Length];
    private readonly Column<short> _state;
    private readonly Column<long> _count;

    internal CountRows()
        : base("hub_counts") => (_state, _count) = (Add<short>("state"), Add<long>("count"));

    internal void AddMessage() => _changes[0]++;

    internal void Add(DeliveryState state) => _changes[1 + (int)state]++;

    internal void Move(DeliveryState from, DeliveryState to, int count = 1)
    {
        _changes[1 + (int)from] -= count;
        _changes[1 + (int)to] += count;
    }

    internal void Fill()
    {
        for (var i = 0; i < _changes.Length; i++)
        {
            if (_changes[i] == 0) continue;
            _state.Add((short)(i + Messages));
            _count.Add(_changes[i]);
            Count++;
        }
    }
}

/// <summary>Objects of one version of the registry.</summary>
internal sealed class RegistryObjectRows : RowSet
{
    private readonly Column<string> _section, _id;
    private readonly Column<string?> _json;

    internal RegistryObjectRows(IReadOnlyList<RegistryObject> changes)
        : base("hub_registry_objects")
    {
        (_section, _id, _json) = (Add<string>("section"), Add<string>("id"), Add<string?>("json"));
        foreach (var (section, id, json) in changes)
        {
            _section.Add(section);
            _id.Add(id);
            _json.Add(json);
            Count++;
        }
    }
}

/// <summary>Values of apps' own state; removed ones are null.</summary>
internal sealed class AppStateRows : RowSet
{
    private readonly Column<string> _app, _key;
    private readonly Column<byte[]?> _value;

    internal AppStateRows()
        : base("hub_app_state") => (_app, _key, _value) = (Add<string>("app"), Add<string>("key"), Add<byte[]?>("value"));

    internal void Add(string app, string key, byte[]? value)
    {
        _app.Add(app);
        _key.Add(key);
        _value.Add(value);
        Count++;
    }
}

/// <summary>A body as it is stored.</summary>
/// <param name="DataKey">Its wrapped key.</param>
/// <param name="Record">The sealed record.</param>
internal sealed record SealedOctets(byte[] DataKey, byte[] Record)
{
    /// <summary>Seals octets with a new key of their own.</summary>
    internal static SealedOctets Seal(ReadOnlySpan<byte> hubKey, ReadOnlySpan<byte> messageKey, ReadOnlySpan<byte> octets)
    {
        Span<byte> dataKey = stackalloc byte[KeyWrap.KeyBytes];
        var body = new SealedOctets(new byte[KeyWrap.WrappedBytes], GC.AllocateUninitializedArray<byte>(octets.Length + BodyRecord.Overhead));
        KeyWrap.New(hubKey, messageKey, dataKey, body.DataKey);
        BodyRecord.Seal(dataKey, messageKey, octets, body.Record);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(dataKey);
        return body;
    }

    /// <summary>The octets, or null when key or record are not those that were sealed.</summary>
    internal static byte[]? Open(ReadOnlySpan<byte> hubKey, ReadOnlySpan<byte> messageKey, ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> record)
    {
        Span<byte> dataKey = stackalloc byte[KeyWrap.KeyBytes];
        if (record.Length < BodyRecord.Overhead || !KeyWrap.TryUnwrap(hubKey, messageKey, wrapped, dataKey)) return null;
        var octets = GC.AllocateUninitializedArray<byte>(record.Length - BodyRecord.Overhead);
        var opened = BodyRecord.TryOpen(dataKey, messageKey, record, octets);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(dataKey);
        return opened ? octets : null;
    }
}
