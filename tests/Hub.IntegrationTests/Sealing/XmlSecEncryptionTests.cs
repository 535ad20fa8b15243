using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Hub.Contracts.Sealing;
using Hub.IntegrationTests.Xml;

namespace Hub.IntegrationTests.Sealing;

/// <summary>xmlsec1 and the hub's library open each other's XML Encryption. Debian's xmlsec1 1.2 knows of key transports only
/// <c>rsa-oaep-mgf1p</c> with SHA-1, and no key agreement.</summary>
[TestFixture]
public sealed class XmlSecEncryptionTests
{
    private const string Document = "<d:VanBan xmlns:d=\"urn:example:van-ban\" so=\"15\"><d:TrichYeu>nội dung mật &amp; riêng 𠀋</d:TrichYeu></d:VanBan>";

    private const string Template = """
        <?xml version="1.0" encoding="UTF-8"?>
        <EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element">
          <EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm"/>
          <KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">
            <EncryptedKey xmlns="http://www.w3.org/2001/04/xmlenc#">
              <EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/>
              <KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><KeyName>e1</KeyName></KeyInfo>
              <CipherData><CipherValue/></CipherData>
            </EncryptedKey>
          </KeyInfo>
          <CipherData><CipherValue/></CipherData>
        </EncryptedData>
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("xmlenc-").FullName;
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly RSA _other = RSA.Create(2048);

    [OneTimeSetUp]
    public void SetUp()
    {
        XmlSec.Require();
        File.WriteAllText(PathOf("key"), _rsa.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(PathOf("pub"), _rsa.ExportSubjectPublicKeyInfoPem());
        File.WriteAllText(PathOf("plain.xml"), Document);
        File.WriteAllText(PathOf("template.xml"), Template);
    }

    [OneTimeTearDown]
    public void TearDown()
    {
        _rsa.Dispose();
        _other.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Xmlsec1_OfWhatWasSealedHereForSeveral_OpensIt()
    {
        var encrypted = XmlEncryption.Seal(
            Encoding.UTF8.GetBytes(Document), "application/xml",
            [SealingKey.FromPem("e1", _rsa.ExportSubjectPublicKeyInfoPem()), SealingKey.FromPem("e2", _other.ExportSubjectPublicKeyInfoPem())], XmlKeyTransport.RsaOaepMgf1p);
        await File.WriteAllBytesAsync(PathOf("ours.xml"), encrypted);
        var (exitCode, output) = await XmlSec.RunAsync("--decrypt", "--privkey-pem:e1", PathOf("key"), "--output", PathOf("opened.xml"), PathOf("ours.xml"));
        Assert.That(exitCode, Is.Zero, output);
        Assert.That(XElement.Load(PathOf("opened.xml")).ToString(SaveOptions.DisableFormatting), Is.EqualTo(XElement.Parse(Document).ToString(SaveOptions.DisableFormatting)));
    }

    [Test]
    public async Task Open_OfWhatXmlsec1Encrypted_GivesIt()
    {
        var (exitCode, output) = await XmlSec.RunAsync(
            "--encrypt", "--pubkey-pem:e1", PathOf("pub"), "--session-key", "aes-256", "--xml-data", PathOf("plain.xml"), "--output", PathOf("theirs.xml"), PathOf("template.xml"));
        Assert.That(exitCode, Is.Zero, output);
        var opened = XmlEncryption.Open(await File.ReadAllBytesAsync(PathOf("theirs.xml")), [UnsealingKey.FromPem(_rsa.ExportPkcs8PrivateKeyPem(), "e1")]);
        Assert.That(Encoding.UTF8.GetString(opened.Data.Span), Is.EqualTo(Document));
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
