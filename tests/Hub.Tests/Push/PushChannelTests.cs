using System.Globalization;
using Hub.Adapters.Channels.Push;
using Hub.Contracts.Addresses;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Trail;
using Hub.Tests.Delivery;
using Hub.Tests.Time;
using Microsoft.AspNetCore.Http;

namespace Hub.Tests.Push;

public class PushChannelTests : DeliveryChannelContract
{
    private readonly ManualClock _clock = new();

    private PushSink Sink => (PushSink)Partner;

    protected override async Task<IPartner> StartPartnerAsync() => await PushSink.StartAsync();

    protected override IDeliveryChannel CreateChannel(IHubKeys keys) => new PushChannel(keys, _clock);

    [Test]
    public async Task SendAsync_Pushed_TheReceiverCanVerifyEverything()
    {
        var delivery = await DeliveryAsync();
        await SendAsync(delivery);
        var pushed = Verifier(Recipient).Verify(Signable(Sink.Requests[0]), Sink.Requests[0].Body);
        Assert.That(
            (pushed.Message, pushed.Delivery, pushed.Attempt, pushed.Replay, pushed.Statement.Recipient),
            Is.EqualTo((delivery.Message.Key, delivery.Delivery.Id, 1, false, Recipient)));
        Assert.That(Sink.Requests[0].Headers["hub-type"], Is.EqualTo("vn.document.v1"));
    }

    [Test]
    public async Task Verify_PushForAnotherSystem_SignatureInvalid()
    {
        await SendAsync(await DeliveryAsync());
        var request = Sink.Requests[0];
        Assert.That(
            Assert.Throws<ProblemException>(() => Verifier(SystemAddress.Parse("H06.41/qlvb")).Verify(Signable(request), request.Body))!.Code,
            Is.EqualTo(ProblemCode.SignatureInvalid));
    }

    [Test]
    public async Task Verify_OtherBody_DigestMismatch()
    {
        await SendAsync(await DeliveryAsync());
        Assert.That(
            Assert.Throws<ProblemException>(() => Verifier(Recipient).Verify(Signable(Sink.Requests[0]), "other"u8.ToArray()))!.Code,
            Is.EqualTo(ProblemCode.DigestMismatch));
    }

    [Test]
    public async Task SendAsync_Replayed_SaysSo()
    {
        var delivery = await DeliveryAsync();
        await SendAsync(delivery with { Delivery = delivery.Delivery with { Replays = 1 } });
        Assert.That(Sink.Requests[0].Headers["hub-replay"], Is.EqualTo("1"));
    }

    [TestCase("120", 120)]
    [TestCase("Mon, 02 Mar 2026 09:00:30 GMT", 30)]
    [TestCase("Mon, 02 Mar 2020 09:00:30 GMT", 0)]
    [TestCase("soon", null)]
    public async Task SendAsync_RetryAfter_IsHandedOn(string header, int? seconds)
    {
        Sink.Answer = context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = header;
            return Task.CompletedTask;
        };
        var outcome = (AttemptOutcome.Failed)await SendAsync(await DeliveryAsync());
        Assert.That(outcome.RetryAfter, Is.EqualTo(seconds is { } s ? TimeSpan.FromSeconds(s) : (TimeSpan?)null));
    }

    [TestCase(400, true)]
    [TestCase(404, true)]
    [TestCase(410, true)]
    [TestCase(413, true)]
    [TestCase(415, true)]
    [TestCase(422, true)]
    [TestCase(401, false)]
    [TestCase(403, false)]
    [TestCase(408, false)]
    [TestCase(425, false)]
    [TestCase(500, false)]
    [TestCase(302, false)]
    public async Task SendAsync_ErrorStatus_RejectedOnlyWhenItCannotSucceedLater(int status, bool rejected)
    {
        Sink.Answer = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        Assert.That(await SendAsync(await DeliveryAsync()), rejected ? Is.InstanceOf<AttemptOutcome.Rejected>() : Is.InstanceOf<AttemptOutcome.Failed>());
    }

    [Test]
    public async Task SendAsync_Rejected_CarriesThePartnersReasonWithoutControls()
    {
        Sink.Answer = async context =>
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync("bad\n" + new string('x', 100_000));
        };
        var outcome = (AttemptOutcome.Rejected)await SendAsync(await DeliveryAsync());
        Assert.That(outcome.Detail, Is.EqualTo("HTTP 400: bad " + new string('x', 496)));
    }

    [Test]
    public async Task SendAsync_Redirect_IsNotFollowed()
    {
        await using var other = await PushSink.StartAsync();
        Sink.Answer = context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = other.Channel.Url!.ToString();
            return Task.CompletedTask;
        };
        Assert.That(await SendAsync(await DeliveryAsync()), Is.InstanceOf<AttemptOutcome.Failed>());
        Assert.That(other.Requests, Is.Empty);
    }

    [TestCase("127.0.0.1")]
    [TestCase("localhost")]
    [TestCase("[::ffff:127.0.0.1]")]
    public async Task SendAsync_PrivateAddressNotAllowed_RefusedBeforeConnecting(string host)
    {
        var url = new UriBuilder(Sink.Channel.Url!) { Host = host }.Uri;
        var outcome = (AttemptOutcome.Failed)await SendAsync(await DeliveryAsync(channel: new ChannelSettings("push", url)));
        Assert.That(outcome.Problem.Code, Is.EqualTo("address-refused"));
        Assert.That(Sink.Requests, Is.Empty);
    }

    [Test]
    public async Task SendAsync_ConnectionOpenForAnAllowedSystem_IsNotUsedForOneThatIsNot()
    {
        await SendAsync(await DeliveryAsync());
        var outcome = await SendAsync(await DeliveryAsync(channel: Sink.Channel with { AllowPrivate = false }));
        Assert.That(outcome, Is.InstanceOf<AttemptOutcome.Failed>());
        Assert.That(Sink.Requests, Has.Count.EqualTo(1));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task SendAsync_LongBusinessAnswer_IsReadWhole(bool stated)
    {
        var answer = System.Text.Encoding.UTF8.GetBytes($$"""{"more":"{{new string('x', 40_000)}}","outcome":"refused","reason":"read to the end"}""");
        Sink.Answer = async context =>
        {
            context.Response.ContentType = "application/json";
            if (stated) context.Response.ContentLength = answer.Length;
            foreach (var part in answer.Chunk(10_000))
            {
                await context.Response.Body.WriteAsync(part);
                await context.Response.Body.FlushAsync();
            }
        };
        var outcome = (AttemptOutcome.Delivered)await SendAsync(await DeliveryAsync());
        Assert.That(outcome.Answer?.Reason, Is.EqualTo("read to the end"));
    }

    [Test]
    public async Task SendAsync_EndlessAnswer_IsReadToItsLimitOnly()
    {
        Sink.Answer = async context =>
        {
            context.Response.StatusCode = 200;
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(new byte[16 * 1024]);
        };
        Assert.That(await SendAsync(await DeliveryAsync()), Is.EqualTo(new AttemptOutcome.Delivered()));
    }

    [Test]
    public async Task SendAsync_TricklingAnswer_EndsAtTheTimeOut()
    {
        Sink.Answer = async context =>
        {
            await context.Response.Body.WriteAsync(new byte[1]);
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };
        var outcome = (AttemptOutcome.Failed)await SendAsync(await DeliveryAsync(), TimeSpan.FromMilliseconds(300));
        Assert.That(outcome.Problem.Code, Is.EqualTo("recipient-timeout"));
    }

    [Test]
    public async Task SendAsync_HugeHeaders_Failed()
    {
        Sink.Answer = context =>
        {
            for (var i = 0; i < 30; i++) context.Response.Headers[string.Create(CultureInfo.InvariantCulture, $"X-{i}")] = new string('x', 1_000);
            return Task.CompletedTask;
        };
        Assert.That(await SendAsync(await DeliveryAsync()), Is.InstanceOf<AttemptOutcome.Failed>());
    }

    [TestCase("""{"outcome":"refused"}""")]
    [TestCase("""{"outcome":"accepted","status":"99"}""")]
    [TestCase("""{"outcome":"accepted","reason":"\ud800"}""")]
    [TestCase("""{"status":"03"}""")]
    [TestCase("""[[[[[[[[[[[[1]]]]]]]]]]]]""")]
    [TestCase("""{"outcome":""")]
    public async Task SendAsync_UselessBusinessAnswer_IsWorthABare2xx(string body)
    {
        Sink.Answer = async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body);
        };
        var outcome = (AttemptOutcome.Delivered)await SendAsync(await DeliveryAsync());
        Assert.That(outcome.Answer?.Reason, Is.Null);
    }

    [Test]
    public async Task SendAsync_ManyDeliveries_ReuseTheConnection()
    {
        var connections = new HashSet<string>();
        Sink.Answer = context =>
        {
            lock (connections) connections.Add(context.Connection.Id);
            return Task.CompletedTask;
        };
        for (var i = 0; i < 5; i++) await SendAsync(await DeliveryAsync());
        Assert.That(connections, Has.Count.EqualTo(1));
    }

    private PushVerifier Verifier(SystemAddress self) => new(Keys.StatementVerifier, self, _clock);

    private static SignableRequest Signable(SunkRequest request) =>
        new(request.Method, request.Target, request.Headers.GetValueOrDefault);
}
