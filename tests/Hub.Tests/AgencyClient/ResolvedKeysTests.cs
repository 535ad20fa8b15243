using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Host.AgencyClient;
using Hub.Tests.Sealing;

namespace Hub.Tests.AgencyClient;

/// <summary>Which keys a sender seals with, by what the hub answers.</summary>
[TestFixture]
public sealed class ResolvedKeysTests
{
    private static readonly MessageType Type = MessageType.Parse("vn.personnel.v1");
    private static readonly RecipientAddress Group = RecipientAddress.Parse("group:three");
    private static readonly string Rsa = JsonSerializer.Serialize(SealingPair.Rsa.PublicPem);
    private static readonly string P256 = JsonSerializer.Serialize(SealingPair.P256.PublicPem);

    [Test]
    public async Task Resolve_OfSeveralPages_TakesAllAndTheKeyThatLastsLongest()
    {
        using var client = Client(
            $$"""{"version":7,"recipients":[{"system":"H06.40/qlvb","encryptionKeys":[{"id":"old","pem":{{P256}},"notAfter":"2026-12-01T00:00:00Z"},{"id":"new","pem":{{Rsa}},"notAfter":"2027-12-01T00:00:00Z"}]}],"next":"1"}""",
            $$"""{"version":7,"recipients":[{"system":"H06.41/qlvb","encryptionKeys":[{"id":"e1","pem":{{P256}}}]}]}""");
        var sealing = await EnvelopeSealing.ResolveAsync(SealFormat.Jwe, client, [Group], Type, false, CancellationToken.None);
        Assert.That(sealing.Keys.Select(static key => $"{key.Owner}#{key.Id}"), Is.EqualTo((string[])["H06.40/qlvb#new", "H06.41/qlvb#e1"]));
        Assert.That(sealing.Binding!.From, Is.EqualTo(client.Self));
        Assert.That(sealing.Binding.To.Select(static to => to.ToString()), Is.EqualTo((string[])["H06.40/qlvb", "H06.41/qlvb"]));
    }

    [Test]
    public void Resolve_OfASystemWithoutKey_NamesIt()
    {
        using var client = Client($$"""{"version":7,"recipients":[{"system":"H06.40/qlvb","encryptionKeys":[{"id":"e1","pem":{{P256}}}]},{"system":"H06.41/qlvb","encryptionKeys":[]}]}""");
        var refusal = Assert.ThrowsAsync<ProblemException>(() => EnvelopeSealing.ResolveAsync(SealFormat.Jwe, client, [Group], Type, false, CancellationToken.None))!;
        Assert.That(refusal.Code, Is.EqualTo(ProblemCode.ConfidentialityRequired));
        Assert.That(refusal.Problem.Detail, Does.Contain("H06.41/qlvb").And.Not.Contain("H06.40/qlvb"));
    }

    [TestCase("[]", null)]
    [TestCase("{}", null)]
    [TestCase("""{"recipients":[{"system":"nobody"}]}""", null)]
    [TestCase("""{"recipients":[{"system":"H06/a","encryptionKeys":[{"id":"e1","pem":"none"}]}]}""", null)]
    [TestCase("""{"version":1,"recipients":[],"next":"1"}""", """{"version":2,"recipients":[]}""")]
    public void Resolve_OfAnAnswerThatCannotBeRelied_Refuses(string first, string? second)
    {
        using var client = Client(first, second ?? "{}");
        Assert.ThrowsAsync<HubEvidenceException>(() => client.ResolveAsync(Group, Type));
    }

    private static HubClient Client(params string[] pages)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new HubClient(
            new Uri("http://127.0.0.1:1"), SystemAddress.Parse("H06/qlvb"), LocalSigner.FromPem("k1", key.ExportPkcs8PrivateKeyPem()), TimeProvider.System, new Pages(pages));
    }

    private sealed class Pages(string[] pages) : HttpMessageHandler
    {
        private int _page;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var text = request.RequestUri!.AbsolutePath == "/oauth/token" ? """{"access_token":"t","expires_in":300}""" : pages[_page++];
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text, Encoding.UTF8, "application/json") });
        }
    }
}
