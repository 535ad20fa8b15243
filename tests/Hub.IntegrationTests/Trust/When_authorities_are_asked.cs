using System.Net;
using System.Net.Sockets;
using System.Text;
using Hub.Adapters.Trust;
using Hub.Core.Registry.Certificates;
using Microsoft.AspNetCore.Http;

namespace Hub.IntegrationTests.Trust;

/// <summary>The hub asks real authorities (openssl) and others that lie, stall or flood.</summary>
public sealed class When_authorities_are_asked
{
    private OpensslAuthority _authority = null!;
    private AuthorityServer _server = null!;
    private int _port;

    [SetUp]
    public async Task Open()
    {
        _authority = await OpensslAuthority.CreateAsync();
        _server = await AuthorityServer.StartAsync();
        _port = OpensslAuthority.FreePort();
    }

    [TearDown]
    public async Task Close()
    {
        await _server.DisposeAsync();
        await _authority.DisposeAsync();
    }

    private Uri Responder => new($"http://127.0.0.1:{_port}/");

    [Test]
    public async Task Should_learn_good_and_revoked_from_a_responder()
    {
        var (good, bad) = (await _authority.IssueAsync("good", Responder), await _authority.IssueAsync("bad", Responder));
        await _authority.RevokeAsync("bad");
        await _authority.StartResponderAsync(_port);
        var answers = await AskAsync(good, bad);
        Assert.Multiple(() =>
        {
            Assert.That(answers.Select(static a => a.State), Is.EqualTo(new[] { CertificateState.Good, CertificateState.Revoked }), answers[0].Fault);
            Assert.That(answers[1].Reason, Is.EqualTo("keyCompromise"));
            Assert.That(answers[1].RevokedAt, Is.EqualTo(TimeProvider.System.GetUtcNow()).Within(TimeSpan.FromMinutes(1)));
            Assert.That(answers[0].Until - answers[0].ThisUpdate, Is.EqualTo(TimeSpan.FromMinutes(10)));
        });
    }

    [Test]
    public async Task Should_take_a_responder_that_the_issuer_appointed()
    {
        var good = await _authority.IssueAsync("good", Responder);
        await _authority.IssueAsync("responder", more: "keyUsage=digitalSignature\nextendedKeyUsage=OCSPSigning");
        await _authority.StartResponderAsync(_port, "responder");
        Assert.That((await AskAsync(good))[0].State, Is.EqualTo(CertificateState.Good));
    }

    [Test]
    public async Task Should_not_take_a_responder_without_the_purpose()
    {
        var good = await _authority.IssueAsync("good", Responder);
        await _authority.IssueAsync("other");
        await _authority.StartResponderAsync(_port, "other");
        await RequireFaultAsync(good, "OCSPSigning");
    }

    [Test]
    public async Task Should_not_take_a_responder_of_another_authority_with_the_same_name()
    {
        var good = await _authority.IssueAsync("good", Responder);
        await using var foreign = await OpensslAuthority.CreateAsync();
        await foreign.IssueAsync("responder", more: "keyUsage=digitalSignature\nextendedKeyUsage=OCSPSigning");
        await _authority.StartResponderAsync(_port, "responder", foreign);
        await RequireFaultAsync(good, "is not signed by");
    }

    [Test]
    public async Task Should_say_unknown_when_the_responder_does_not_know_the_certificate()
    {
        var good = await _authority.IssueAsync("good", Responder);
        await using var namesake = await OpensslAuthority.CreateAsync();
        await namesake.StartResponderAsync(_port, "ca", _authority);
        // It has the same issuer name, but not its key: it answers about its own certificates only.
        await RequireFaultAsync(good, "does not know");
    }

    [Test]
    public async Task Should_fall_back_to_the_crl_when_the_responder_is_down()
    {
        var (good, bad) = (await _authority.IssueAsync("good", Responder, _server.Url), await _authority.IssueAsync("bad", Responder, _server.Url));
        await _authority.RevokeAsync("bad", "certificateHold");
        _server.Give(await _authority.CrlAsync());
        var answers = await AskAsync(good, bad);
        Assert.Multiple(() =>
        {
            Assert.That(answers.Select(static a => a.State), Is.EqualTo(new[] { CertificateState.Good, CertificateState.Revoked }), answers[0].Fault);
            Assert.That(answers[1].Reason, Is.EqualTo("certificateHold"));
            Assert.That(_server.Requests, Is.EqualTo(1), "one CRL serves both");
        });
    }

    [Test]
    public async Task Should_take_a_crl_in_pem()
    {
        var good = await _authority.IssueAsync("good", crl: _server.Url);
        var der = await _authority.CrlAsync();
        var pem = System.Security.Cryptography.PemEncoding.WriteString("X509 CRL", der);
        _server.Give(Encoding.ASCII.GetBytes(pem));
        Assert.That((await AskAsync(good))[0].State, Is.EqualTo(CertificateState.Good));
    }

    [Test]
    public async Task Should_not_take_a_crl_that_has_ended()
    {
        var good = await _authority.IssueAsync("good", crl: _server.Url);
        _server.Give(await _authority.CrlAsync("-crl_lastupdate", "20260101000000Z", "-crl_nextupdate", "20260201000000Z"));
        await RequireFaultAsync(good, "held until");
    }

    [Test]
    public async Task Should_not_take_a_crl_of_another_authority_with_the_same_name()
    {
        var good = await _authority.IssueAsync("good", crl: _server.Url);
        await using var foreign = await OpensslAuthority.CreateAsync();
        _server.Give(await foreign.CrlAsync());
        await RequireFaultAsync(good, "is not signed by");
    }

    [TestCase("delta", "delta CRL")]
    [TestCase("partial", "issuingDistributionPoint")]
    public async Task Should_not_take_a_crl_that_is_not_whole(string section, string fault)
    {
        var good = await _authority.IssueAsync("good", crl: _server.Url);
        _server.Give(await _authority.CrlAsync("-crlexts", section));
        await RequireFaultAsync(good, fault);
    }

    [Test]
    public async Task Should_not_take_a_replayed_answer()
    {
        var good = await _authority.IssueAsync("good", _server.Url);
        await _authority.StartResponderAsync(_port);
        byte[]? recorded = null;
        _server.Answer = async context =>
        {
            recorded ??= await ForwardAsync(context);
            await context.Response.Body.WriteAsync(recorded);
        };
        Assert.That((await AskAsync(good))[0].State, Is.EqualTo(CertificateState.Good));
        await RequireFaultAsync(good, "replay");
    }

    [Test]
    public async Task Should_not_take_an_answer_whose_time_is_over()
    {
        var good = await _authority.IssueAsync("good", _server.Url);
        await _authority.StartResponderAsync(_port);
        // Without a nonce, as a responder that prepares its answers would: only their time protects.
        _server.Give(await _authority.AskAsync("good", _port));
        Assert.That((await AskAsync(good))[0].State, Is.EqualTo(CertificateState.Good));
        using var later = new HttpRevocationSource(allowPrivate: true, new LaterClock(TimeSpan.FromMinutes(11)));
        var answer = (await later.AskAsync([good]))[0];
        Assert.That(answer.State, Is.EqualTo(CertificateState.Unknown));
        Assert.That(answer.Fault, Does.Contain("held until"));
    }

    [Test]
    public async Task Should_not_take_an_answer_about_another_certificate()
    {
        var bad = await _authority.IssueAsync("bad", _server.Url);
        await _authority.IssueAsync("good", _server.Url);
        await _authority.RevokeAsync("bad");
        await _authority.StartResponderAsync(_port);
        _server.Give(await _authority.AskAsync("good", _port));
        await RequireFaultAsync(bad, "other certificates");
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(60_000)]
    public async Task Should_not_take_garbage(int length)
    {
        var good = await _authority.IssueAsync("good", _server.Url, _server.Url);
        var garbage = new byte[length];
        new Random(length).NextBytes(garbage);
        _server.Give(garbage);
        await RequireFaultAsync(good, "cannot be read");
    }

    [Test]
    public async Task Should_not_take_damaged_answers()
    {
        var good = await _authority.IssueAsync("good", crl: _server.Url);
        var whole = await _authority.CrlAsync();
        using var source = new HttpRevocationSource(allowPrivate: true, TimeProvider.System);
        for (var at = 0; at < whole.Length; at += 7)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x41;
            _server.Give(damaged);
            Assert.That((await source.AskAsync([good]))[0].State, Is.EqualTo(CertificateState.Unknown), $"octet {at}");
            _server.Give(whole[..at]);
            Assert.That((await source.AskAsync([good]))[0].State, Is.EqualTo(CertificateState.Unknown), $"cut at {at}");
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Should_stop_reading_a_crl_of_a_gigabyte(bool stated)
    {
        // A bare socket: a web server goes on taking what its handler writes for a while after the connection has ended.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var good = await _authority.IssueAsync("good", crl: new($"http://{listener.LocalEndpoint}/crl"));
        var sending = SendAGigabyteAsync(listener, stated);
        await RequireFaultAsync(good, "more than 65536 KiB");
        Assert.That(await sending.WaitAsync(TimeSpan.FromSeconds(30)), Is.LessThan(100L << 20));
    }

    /// <summary>Answers one request with a CRL of a gigabyte; returns the number of octets that the caller took before it hung up.</summary>
    private static async Task<long> SendAGigabyteAsync(TcpListener listener, bool stated)
    {
        using var caller = await listener.AcceptSocketAsync();
        var piece = new byte[1 << 20];
        await caller.ReceiveAsync(piece);
        var length = stated ? $"Content-Length: {1L << 30}\r\n" : "";
        await caller.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{length}Connection: close\r\n\r\n"));
        var sent = 0L;
        try
        {
            while (sent < 1L << 30) sent += await caller.SendAsync(piece);
        }
        catch (SocketException)
        {
            // The hub hung up, as it should.
        }
        return sent;
    }

    [Test]
    public async Task Should_not_wait_for_a_responder_that_trickles()
    {
        var good = await _authority.IssueAsync("good", _server.Url);
        _server.Answer = async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync("."u8.ToArray(), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(50, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        };
        using var source = new HttpRevocationSource(new RevocationFetch(allowPrivate: true, TimeProvider.System) { OcspTime = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        var answer = (await source.AskAsync([good]))[0];
        Assert.That(answer.Fault, Does.Contain("did not answer within 1 s"));
    }

    [Test]
    public async Task Should_not_follow_redirects()
    {
        var good = await _authority.IssueAsync("good", crl: _server.Url);
        _server.Answer = static context =>
        {
            context.Response.Redirect("http://127.0.0.1:1/");
            return Task.CompletedTask;
        };
        await RequireFaultAsync(good, "answered 302");
    }

    [Test]
    public async Task Should_not_ask_at_private_addresses_unless_told_to()
    {
        var good = await _authority.IssueAsync("good", _server.Url);
        using var source = new HttpRevocationSource(allowPrivate: false, TimeProvider.System);
        var answer = (await source.AskAsync([good]))[0];
        Assert.That(answer.Fault, Does.Contain("--allow-private-revocation"));
        Assert.That(_server.Requests, Is.Zero);
    }

    private static async Task<IReadOnlyList<RevocationAnswer>> AskAsync(params IssuedCertificate[] certificates)
    {
        using var source = new HttpRevocationSource(allowPrivate: true, TimeProvider.System);
        return await source.AskAsync(certificates);
    }

    private static async Task RequireFaultAsync(IssuedCertificate certificate, string fault)
    {
        var answer = (await AskAsync(certificate))[0];
        Assert.Multiple(() =>
        {
            Assert.That(answer.State, Is.EqualTo(CertificateState.Unknown));
            Assert.That(answer.Fault, Does.Contain(fault));
        });
    }

    private async Task<byte[]> ForwardAsync(HttpContext context)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        using var question = new MemoryStream();
        await context.Request.Body.CopyToAsync(question);
        using var body = new ByteArrayContent(question.ToArray());
        using var answer = await http.PostAsync(Responder, body);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private sealed class LaterClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
