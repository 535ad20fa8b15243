using System.Security.Cryptography;
using System.Text;
using Hub.Adapters.Keys;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Tests.Delivery;

/// <summary>What the partner at the other end of a channel does with what it gets.</summary>
public enum PartnerMood
{
    Takes,
    RefusesForBusinessReasons,
    RejectsForGood,
    FailsForNow,
    NeverAnswers,
}

/// <summary>A partner that a channel delivers to, real at the other end of the wire.</summary>
public interface IPartner : IAsyncDisposable
{
    /// <summary>Channel settings under which the hub reaches it.</summary>
    ChannelSettings Channel { get; }

    /// <summary>How it behaves from now on.</summary>
    PartnerMood Mood { get; set; }

    /// <summary>The bodies it got, in order.</summary>
    IReadOnlyList<byte[]> Received { get; }
}

/// <summary>What every channel to a partner promises.</summary>
public abstract class DeliveryChannelContract
{
    private static int _next;
    private string _folder = "";

    protected FileHubKeys Keys { get; private set; } = null!;

    protected IPartner Partner { get; private set; } = null!;

    protected IDeliveryChannel Channel { get; private set; } = null!;

    protected static SystemAddress Recipient { get; } = SystemAddress.Parse("H06.40/qlvb");

    protected abstract Task<IPartner> StartPartnerAsync();

    protected abstract IDeliveryChannel CreateChannel(IHubKeys keys);

    [OneTimeSetUp]
    public void MakeKeys()
    {
        _folder = Directory.CreateTempSubdirectory("hub-keys-").FullName;
        Keys = FileHubKeys.OpenOrCreate(_folder, SystemAddress.Parse("H06.09/lgsp"));
    }

    [OneTimeTearDown]
    public void RemoveKeys() => Directory.Delete(_folder, recursive: true);

    [SetUp]
    public async Task Start()
    {
        Partner = await StartPartnerAsync();
        Channel = CreateChannel(Keys);
    }

    [TearDown]
    public async Task Stop()
    {
        (Channel as IDisposable)?.Dispose();
        await Partner.DisposeAsync();
    }

    [Test]
    public async Task SendAsync_PartnerTakesIt_DeliveredWithTheExactBytes()
    {
        var delivery = await DeliveryAsync("signed bytes \0\r\n ệ"u8.ToArray());
        Assert.That(await SendAsync(delivery), Is.EqualTo(new AttemptOutcome.Delivered()));
        Assert.That(Partner.Received, Is.EqualTo(new[] { delivery.Octets.ToArray() }));
    }

    [Test]
    public async Task SendAsync_PartnerRefusesForBusinessReasons_DeliveredWithItsAnswer()
    {
        Partner.Mood = PartnerMood.RefusesForBusinessReasons;
        var outcome = await SendAsync(await DeliveryAsync());
        Assert.That(outcome, Is.EqualTo(new AttemptOutcome.Delivered(new UnsignedAnswer(AcknowledgementOutcome.Refused, "02", "Sai nơi nhận"))));
    }

    [Test]
    public async Task SendAsync_PartnerRejectsForGood_Rejected()
    {
        Partner.Mood = PartnerMood.RejectsForGood;
        var outcome = (AttemptOutcome.Rejected)await SendAsync(await DeliveryAsync());
        Assert.That(outcome.Problem.Code, Is.EqualTo("recipient-rejected"));
    }

    [Test]
    public async Task SendAsync_PartnerFailsForNow_Failed()
    {
        Partner.Mood = PartnerMood.FailsForNow;
        var outcome = (AttemptOutcome.Failed)await SendAsync(await DeliveryAsync());
        Assert.That(outcome.Problem.Code, Is.EqualTo("recipient-failed"));
    }

    [Test]
    public async Task SendAsync_PartnerNeverAnswers_FailedWhenCancelled()
    {
        Partner.Mood = PartnerMood.NeverAnswers;
        var outcome = (AttemptOutcome.Failed)await SendAsync(await DeliveryAsync(), TimeSpan.FromMilliseconds(200));
        Assert.That(outcome.Problem.Code, Is.EqualTo("recipient-timeout"));
    }

    [Test]
    public async Task SendAsync_PartnerIsGone_Failed()
    {
        var delivery = await DeliveryAsync();
        await Partner.DisposeAsync();
        var outcome = (AttemptOutcome.Failed)await SendAsync(delivery);
        Assert.That(outcome.Problem.Code, Is.EqualTo("recipient-unreachable"));
    }

    protected async Task<AttemptOutcome> SendAsync(OutgoingDelivery delivery, TimeSpan? timeout = null)
    {
        using var cancellation = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(20));
        return await Channel.SendAsync(delivery, cancellation.Token);
    }

    protected async Task<OutgoingDelivery> DeliveryAsync(byte[]? octets = null, ChannelSettings? channel = null)
    {
        octets ??= Encoding.UTF8.GetBytes("octets");
        var id = Interlocked.Increment(ref _next);
        var from = SystemAddress.Parse("H06/qlvb");
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(octets));
        var now = DateTimeOffset.FromUnixTimeSeconds(1_772_000_000);
        var message = new MessageRecord
        {
            Key = MessageKey.Of(from, $"m{id}"), Id = $"m{id}", From = from, Type = MessageType.Parse("vn.document.v1"), Encoding = EnvelopeEncoding.Json,
            Size = octets.Length, Sha256 = sha256, ContentDigest = sha256, Assurance = "sender-signed", Created = now, Accepted = now, Entry = id,
        };
        var statement = new DeliveryStatement(
            Keys.Address, message.Key, sha256, from, Recipient, "direct", RecipientRole.Main, message.Assurance, now, id);
        return new OutgoingDelivery(
            new DeliveryRecord { Id = id, Message = message.Key, Recipient = Recipient, Why = "direct", State = DeliveryState.Claimed, Attempts = 1 },
            message, octets, await statement.SignAsync(Keys.Statement),
            new AgencySystem { Address = Recipient, Name = "Partner", Channel = channel ?? Partner.Channel });
    }
}
