using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Signatures;
using Hub.Tests.Xml;

namespace Hub.IntegrationTests.Xml;

/// <summary>xmlsec1 and the hub accept each other's signatures. Debian's xmlsec1 1.2 knows no RSASSA-PSS.</summary>
[TestFixture]
public sealed class XmlSecTests
{
    private const string Inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    private const string Exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    private const string More = "http://www.w3.org/2001/04/xmldsig-more#";
    private const string Enc = "http://www.w3.org/2001/04/xmlenc#";

    private static readonly SystemAddress Sender = SystemAddress.Parse("Z98/alpha");

    private readonly string _folder = Directory.CreateTempSubdirectory("xmlsec-").FullName;
    private readonly Dictionary<string, (string Private, string Public)> _pairs = new(StringComparer.Ordinal);

    [OneTimeSetUp]
    public void SetUp()
    {
        XmlSec.Require();
        using var rsa = RSA.Create(2048);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        foreach (var (id, key) in new (string, AsymmetricAlgorithm)[] { ("rsa", rsa), ("p256", p256), ("p384", p384) })
        {
            _pairs.Add(id, (key.ExportPkcs8PrivateKeyPem(), key.ExportSubjectPublicKeyInfoPem()));
            File.WriteAllText(PathOf($"{id}.key"), _pairs[id].Private);
            File.WriteAllText(PathOf($"{id}.pub"), _pairs[id].Public);
        }
    }

    [OneTimeTearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [TestCase("rsa", SignatureAlgorithm.Rs256)]
    [TestCase("rsa", SignatureAlgorithm.Rs384)]
    [TestCase("rsa", SignatureAlgorithm.Rs512)]
    [TestCase("p256", SignatureAlgorithm.Es256)]
    [TestCase("p384", SignatureAlgorithm.Es384)]
    public async Task Xmlsec1_OfWhatWasSignedHere_VerifiesIt(string key, SignatureAlgorithm algorithm)
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var octets = await EnvelopeCodec.SignAsync(Model(seed), EnvelopeEncoding.Xml, LocalSigner.FromPem(key, _pairs[key].Private, algorithm));
            var file = PathOf($"ours-{key}-{algorithm}-{seed}.xml");
            await File.WriteAllBytesAsync(file, octets);
            var (exitCode, output) = await XmlSec.RunAsync("--verify", $"--pubkey-pem:{key}", PathOf($"{key}.pub"), file);
            Assert.That(exitCode, Is.Zero, $"seed {seed}: {output}");

            await File.WriteAllBytesAsync(file, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(octets).Replace("<Id>", " <Id>", StringComparison.Ordinal)));
            (exitCode, _) = await XmlSec.RunAsync("--verify", $"--pubkey-pem:{key}", PathOf($"{key}.pub"), file);
            Assert.That(exitCode, Is.Not.Zero, "an altered one");
        }
    }

    [Test]
    public async Task Xmlsec1_OfASignatureThatBringsItsCertificate_VerifiesIt()
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(_pairs["rsa"].Private);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=Example", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        await File.WriteAllTextAsync(PathOf("rsa.crt"), certificate.ExportCertificatePem());
        var signer = LocalSigner.FromPem("rsa", _pairs["rsa"].Private, SignatureAlgorithm.Rs256, certificate.RawData);
        await File.WriteAllBytesAsync(PathOf("certificate.xml"), await EnvelopeCodec.SignAsync(Model(1), EnvelopeEncoding.Xml, signer));
        var (exitCode, output) = await XmlSec.RunAsync("--verify", "--trusted-pem", PathOf("rsa.crt"), PathOf("certificate.xml"));
        Assert.That(exitCode, Is.Zero, output);
    }

    [Test]
    public async Task Verify_OfWhatXmlsec1Signed_AcceptsIt(
        [Values("rsa rsa-sha256", "rsa rsa-sha384", "rsa rsa-sha512", "p256 ecdsa-sha256", "p384 ecdsa-sha384")] string keyAndMethod,
        [Values(Inclusive, Exclusive)] string signedInfoForm,
        [Values(Enc + "sha256", More + "sha384", Enc + "sha512")] string digest)
    {
        var key = keyAndMethod.Split(' ')[0];
        var template = Template(key, $"{More}{keyAndMethod.Split(' ')[1]}", signedInfoForm, Inclusive, "", digest, new RandomXml(digest.Length + signedInfoForm.Length).Element());
        await AssertVerifies(key, template);
    }

    [Test]
    public async Task Verify_OfManyDocumentsThatXmlsec1Signed_AcceptsThem([Range(0, 39)] int seed) =>
        await AssertVerifies("p256", Template("p256", More + "ecdsa-sha256", Inclusive, Inclusive, "", Enc + "sha256", new RandomXml(1_000 + seed).Element()));

    [TestCase("<p:a xmlns=\"\" xmlns:p=\"urn:p\" p:b=\"&#9;\">x<p:c xml:lang=\"\"/>&#13;</p:a>")]
    [TestCase("<a xmlns=\"\" xmlns:q=\"urn:q\" t=\"q:x\"/>")]
    public async Task Verify_OfAnExclusiveTransformWithAllPrefixesListed_AcceptsIt(string element)
    {
        var prefixes = $"<e:InclusiveNamespaces xmlns:e=\"{Exclusive}\" PrefixList=\"#default p q u\"/>";
        await AssertVerifies("rsa", Template("rsa", More + "rsa-sha256", Exclusive, Exclusive, prefixes, Enc + "sha256", element));
    }

    private async Task AssertVerifies(string key, string template)
    {
        var id = Guid.NewGuid().ToString("N");
        await File.WriteAllTextAsync(PathOf($"{id}.tmpl"), template);
        var (exitCode, output) = await XmlSec.RunAsync("--sign", $"--privkey-pem:{key}", PathOf($"{key}.key"), "--output", PathOf($"{id}.xml"), PathOf($"{id}.tmpl"));
        Assert.That(exitCode, Is.Zero, output);
        var octets = await File.ReadAllBytesAsync(PathOf($"{id}.xml"));
        var verified = EnvelopeCodec.Verify(octets, EnvelopeEncoding.Xml, new OneKey(key, _pairs[key].Public));
        Assert.That(verified.Envelope.Id, Is.EqualTo("t-1"));
    }

    private static string Template(string key, string method, string signedInfoForm, string documentForm, string prefixes, string digest, string element) => $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <e:Envelope xmlns:e="urn:hub:envelope:1" xmlns:u="urn:unused">
          <e:Id>t-1</e:Id><e:Type>vn.document.v1</e:Type><e:From>{Sender}</e:From><e:To>Z99</e:To>
          <e:Created>2026-03-02T09:15:00+07:00</e:Created>
          <e:Subject>Ủy ban nhân dân &amp; 😀</e:Subject>
          <e:Payload form="xml" mediaType="application/xml">{element}</e:Payload>
          <ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
            <ds:SignedInfo>
              <ds:CanonicalizationMethod Algorithm="{signedInfoForm}"/>
              <ds:SignatureMethod Algorithm="{method}"/>
              <ds:Reference URI="">
                <ds:Transforms>
                  <ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
                  <ds:Transform Algorithm="{documentForm}">{prefixes}</ds:Transform>
                </ds:Transforms>
                <ds:DigestMethod Algorithm="{digest}"/>
                <ds:DigestValue/>
              </ds:Reference>
            </ds:SignedInfo>
            <ds:SignatureValue/>
            <ds:KeyInfo><ds:KeyName>{key}</ds:KeyName></ds:KeyInfo>
          </ds:Signature>
        </e:Envelope>
        """;

    private static Envelope Model(int seed) => new()
    {
        Id = $"s-{seed}",
        Type = MessageType.Parse("vn.document.v1"),
        From = Sender,
        To = [new Recipient(RecipientAddress.Parse("Z99"), RecipientRole.Info)],
        Created = new DateTimeOffset(2026, 3, 2, 2, 15, 0, TimeSpan.Zero),
        Subject = "Ủy ban & <\"nhân dân\"> 😀",
        Payload = new Payload { Form = PayloadForm.Xml, MediaType = "application/xml", Data = Encoding.UTF8.GetBytes(new RandomXml(seed).Element()) },
        Extensions = [new Extension("a.b", "1\n\t2")],
    };

    private string PathOf(string name) => Path.Combine(_folder, name);

    private sealed class OneKey(string id, string pem) : IKeyRing
    {
        private readonly VerificationKey _key = new(id, Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]));

        public VerificationKey Find(SystemAddress sender, KeyHint hint) => hint.KeyId == id ? _key : throw new InvalidOperationException($"Another key is named: {hint.KeyId}.");
    }
}
