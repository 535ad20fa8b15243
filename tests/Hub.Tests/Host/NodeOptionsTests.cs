using Hub.Host.Composition;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class NodeOptionsTests
{
    [TestCase("http://127.0.0.1:8080")]
    [TestCase("http://localhost:0")]
    [TestCase("http://[::1]:8080")]
    public void Mistakes_LoopbackWithoutTls_None(string listen) => Assert.That(Options(listen).Mistakes(), Is.Empty);

    [TestCase("http://0.0.0.0:8080")]
    [TestCase("http://10.0.0.1:8080")]
    [TestCase("http://[::]:8080")]
    [TestCase("http://hub.example:8080")]
    [TestCase("ftp://127.0.0.1:21")]
    [TestCase("http://127.0.0.1:8080/path")]
    [TestCase("https://127.0.0.1:8443")]
    public void Mistakes_UnsafeOrImpossibleAddress_Refuses(string listen) => Assert.That(Options(listen).Mistakes(), Is.Not.Empty);

    [Test]
    public void Mistakes_TlsWithoutKey_Refuses() =>
        Assert.That((Options("https://0.0.0.0:8443") with { TlsCertificate = typeof(NodeOptionsTests).Assembly.Location }).Mistakes(), Has.Count.EqualTo(1));

    [Test]
    public void Mistakes_TlsOverHttp_Refuses()
    {
        var file = typeof(NodeOptionsTests).Assembly.Location;
        Assert.That((Options("http://127.0.0.1:8080") with { TlsCertificate = file, TlsKey = file }).Mistakes(), Has.Count.EqualTo(1));
    }

    [TestCase("http://hub.example.gov.vn", false)]
    [TestCase("https://hub.example.gov.vn/path", false)]
    [TestCase("https://hub.example.gov.vn", true)]
    [TestCase("http://127.0.0.1:9000", true)]
    public void Mistakes_PublicUrl_OnlyHttpsOrLoopback(string url, bool good) =>
        Assert.That((Options("http://127.0.0.1:8080") with { PublicUrl = new Uri(url) }).Mistakes(), good ? Is.Empty : Is.Not.Empty);

    [TestCase("10.0.0.5", 0)]
    [TestCase("10.0.0.0/24", 0)]
    [TestCase("fd00::/64", 0)]
    [TestCase("proxy.example", 1)]
    public void Mistakes_TrustedProxy_OnlyAddressesAndNetworks(string proxy, int mistakes) =>
        Assert.That((Options("http://127.0.0.1:8080") with { PublicUrl = new Uri("https://hub.example"), TrustedProxies = [proxy] }).Mistakes(), Has.Count.EqualTo(mistakes));

    [Test]
    public void Mistakes_TrustedProxyWithoutPublicUrl_Refuses() =>
        Assert.That((Options("http://127.0.0.1:8080") with { TrustedProxies = ["10.0.0.5"] }).Mistakes(), Has.Count.EqualTo(1));

    [Test]
    public void Mistakes_Several_AllAtOnce() =>
        Assert.That((Options("http://0.0.0.0:1/x") with { TlsKey = "/nowhere", PublicUrl = new Uri("http://x.example") }).Mistakes(), Has.Count.GreaterThanOrEqualTo(4));

    private static NodeOptions Options(string listen) => new() { DataDirectory = "x", Listen = new Uri(listen) };
}
