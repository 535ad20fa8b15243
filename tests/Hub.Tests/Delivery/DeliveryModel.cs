using System.Security.Cryptography;
using Hub.Contracts.Envelopes;
using Hub.Core.Delivery;
using Hub.Core.Storage;

namespace Hub.Tests.Delivery;

/// <summary>What is known of deliveries to one mailbox from what its owner, the sender and operators were told; says what the hub may do
/// next.</summary>
internal sealed class DeliveryModel(IHubStore store)
{
    private readonly List<Known> _known = [];
    private readonly HashSet<string> _claims = new(StringComparer.Ordinal);

    /// <summary>Claims that were handed out and not answered yet, oldest first.</summary>
    internal List<string> Held { get; } = [];

    /// <summary>The store, which a crash opens anew.</summary>
    internal IHubStore Store { get; set; } = store;

    internal async Task ReceiptedAsync(MessageKey key, string? conversation)
    {
        var message = await Store.FindMessageAsync(key);
        Assert.That(message, Is.Not.Null, "no receipt unless durable");
        var delivery = (await Store.ListDeliveriesAsync(key)).Single();
        _known.Add(new Known(key, delivery.Id, conversation, message!.Sha256) { State = delivery.State });
    }

    internal void Claimed(MailboxClaim claim, DateTimeOffset now)
    {
        var known = _known.Single(k => k.Key == claim.Message.Key);
        var place = _known.IndexOf(known);
        Assert.Multiple(() =>
        {
            Assert.That(claim.Delivery.Id, Is.EqualTo(known.Delivery), "a retry keeps its key");
            Assert.That(_claims.Add(claim.Claim), "a token is given once");
            Assert.That(known.Claim is null || known.Until <= now, "what somebody holds is nobody else's");
            Assert.That(IsOver(known.State), Is.False, "what is over does not come again");
            Assert.That(claim.Message.Expires is null || claim.Message.Expires > now, "what expired does not come");
            Assert.That(claim.Delivery.Attempts, Is.EqualTo(known.Claims + 1), "claims are counted");
            if (known.Conversation is not null)
                Assert.That(_known.Take(place).Where(k => k.Conversation == known.Conversation && (!IsOver(k.State) || k.State == DeliveryState.Dead)), Is.Empty, "order holds");
        });
        (known.Claim, known.Until, known.State, known.Claims) = (claim.Claim, claim.ClaimedUntil, DeliveryState.Claimed, known.Claims + 1);
        Held.Add(claim.Claim);
    }

    internal void Renewed(string claim, DateTimeOffset until) => _known.Single(k => k.Claim == claim).Until = until;

    /// <summary>An acknowledgement or a nack was taken: the claim must have been the newest of its delivery.</summary>
    internal void Answered(string claim) => Assert.That(_known.Count(k => k.Claim == claim), Is.EqualTo(1), "an old claim ends nothing");

    internal void Replayed(MessageKey key)
    {
        var known = _known.Single(k => k.Key == key);
        (known.State, known.Claim, known.Claims, known.Replays) = (DeliveryState.Queued, null, 0, known.Replays + 1);
    }

    /// <summary>Compares with the store, and follows what the hub did by itself.</summary>
    internal async Task AgreesAsync()
    {
        foreach (var known in _known)
        {
            var delivery = (await Store.ListDeliveriesAsync(known.Key)).Single();
            Assert.That(delivery.Id, Is.EqualTo(known.Delivery));
            Assert.That(delivery.Replays, Is.EqualTo(known.Replays), "a replay is claimed once");
            if (IsOver(known.State) && delivery.State != known.State)
                Assert.That((known.State, delivery.State), Is.EqualTo((DeliveryState.Delivered, DeliveryState.Acknowledged)).Or.EqualTo((DeliveryState.Dead, DeliveryState.Cancelled)), "what is over stays over");
            known.State = delivery.State;
            if (delivery.State != DeliveryState.Claimed && delivery.State != DeliveryState.Delivered) known.Claim = null;
            if (await Store.ReadOctetsAsync(known.Key) is { } octets) Assert.That(Convert.ToHexStringLower(SHA256.HashData(octets.Span)), Is.EqualTo(known.Sha256), "the same octets");
        }
    }

    internal IEnumerable<(MessageKey Key, DeliveryState State)> NotOver => _known.Where(static k => !IsOver(k.State)).Select(static k => (k.Key, k.State));

    internal IEnumerable<long> Dead => _known.Where(static k => k.State == DeliveryState.Dead).Select(static k => k.Delivery);

    internal bool IsHeld(MessageKey key, DateTimeOffset now) => _known.Single(k => k.Key == key) is { State: DeliveryState.Claimed } known && known.Until > now;

    internal MessageKey KeyOf(long delivery) => _known.Single(k => k.Delivery == delivery).Key;

    private static bool IsOver(DeliveryState state) => state is not (DeliveryState.Queued or DeliveryState.Claimed);

    private sealed class Known(MessageKey key, long delivery, string? conversation, string sha256)
    {
        internal MessageKey Key => key;

        internal long Delivery => delivery;

        internal string? Conversation => conversation;

        internal string Sha256 => sha256;

        internal DeliveryState State { get; set; }

        internal string? Claim { get; set; }

        internal DateTimeOffset Until { get; set; }

        /// <summary>Since it was queued or replayed.</summary>
        internal int Claims { get; set; }

        internal int Replays { get; set; }
    }
}
