using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Storage;

namespace Hub.Tests.Storage;

/// <summary>Records that differ where the caller says so.</summary>
internal static class StoreSamples
{
    internal static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    internal static readonly SystemAddress Sender = SystemAddress.Parse("H06/qlvb");
    internal static readonly SystemAddress Receiver = SystemAddress.Parse("H06.40/qlvb");
    internal static readonly SystemAddress Other = SystemAddress.Parse("H06.41/qlvb");
    internal static readonly MessageType Document = MessageType.Parse("vn.document.v1");

    internal static byte[] Octets(string id) => Encoding.UTF8.GetBytes($"the octets of {id}");

    internal static MessageRecord NewMessage(string id, SystemAddress? from = null, DateTimeOffset? accepted = null)
    {
        var sender = from ?? Sender;
        var octets = Octets(id);
        var digest = Convert.ToHexStringLower(SHA256.HashData(octets));
        return new MessageRecord
        {
            Key = MessageKey.Of(sender, id),
            Id = id,
            From = sender,
            Type = Document,
            Encoding = EnvelopeEncoding.Json,
            Size = octets.Length,
            Sha256 = digest,
            ContentDigest = digest,
            Assurance = "sender-signed",
            Created = Start,
            Accepted = accepted ?? Start,
            Entry = 0,
        };
    }

    internal static DeliveryRecord NewDelivery(MessageRecord message, SystemAddress? recipient = null, DateTimeOffset? due = null) => new()
    {
        Message = message.Key,
        Recipient = recipient ?? Receiver,
        Why = "direct",
        Due = due ?? message.Accepted,
        Changed = message.Accepted,
    };

    internal static EntryRecord NewEntry(long index, MessageKey? key = null)
    {
        var named = key is { } present ? $"\"key\":\"{present}\"," : "";
        var commitment = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(index.ToString())));
        var header = $$"""{"actor":"hub","commitment":"{{commitment}}",{{named}}"kind":"message.accepted","time":"2026-01-02T03:04:05Z","v":1}""";
        return new EntryRecord(index, Encoding.UTF8.GetBytes(header), new byte[] { 1, 2, 3 }, Encoding.UTF8.GetBytes($"{{\"n\":{index}}}"));
    }

    /// <summary>Inserts a message with deliveries (one to <see cref="Receiver"/> unless given) and commits.</summary>
    internal static async Task<IReadOnlyList<long>> AddAsync(this IHubStore store, MessageRecord message, params DeliveryRecord[] deliveries)
    {
        await using var transaction = await store.BeginAsync();
        var ids = await transaction.InsertMessageAsync(message, Octets(message.Id), deliveries.Length == 0 ? [NewDelivery(message)] : deliveries);
        await transaction.CommitAsync();
        return ids;
    }

    /// <summary>All pages of a list.</summary>
    internal static async Task<IReadOnlyList<MessageRecord>> WalkAsync(this IHubStore store, MessageQuery query)
    {
        var (found, page) = (new List<MessageRecord>(), await store.ListMessagesAsync(query));
        found.AddRange(page.Items);
        while (page.Next is not null)
        {
            page = await store.ListMessagesAsync(query with { Cursor = page.Next });
            found.AddRange(page.Items);
        }

        return found;
    }

    internal static async Task<T> WriteAsync<T>(this IHubStore store, Func<IStoreTransaction, ValueTask<T>> work)
    {
        await using var transaction = await store.BeginAsync();
        var result = await work(transaction);
        await transaction.CommitAsync();
        return result;
    }

    internal static Task WriteAsync(this IHubStore store, Func<IStoreTransaction, ValueTask> work) => store.WriteAsync(async transaction =>
    {
        await work(transaction);
        return 0;
    });

    internal static Task<IReadOnlyList<DeliveryRecord>> ClaimAsync(this IHubStore store, DateTimeOffset now, int limit = 10, SystemAddress? recipient = null, TimeSpan? duration = null, int? node = null) =>
        store.WriteAsync(transaction => transaction.ClaimAsync(recipient ?? Receiver, now, now + (duration ?? TimeSpan.FromMinutes(1)), limit, node: node));
}
