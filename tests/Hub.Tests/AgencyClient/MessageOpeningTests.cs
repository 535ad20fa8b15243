using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;
using Hub.Host.AgencyClient;
using Hub.Tests.Golden;
using Hub.Tests.Sealing;

namespace Hub.Tests.AgencyClient;

[TestFixture]
public sealed class MessageOpeningTests
{
    private static readonly SystemAddress Self = SealingPair.P256.Public.Owner!.Value;
    private static readonly Payload Plain = GoldenModel.Json("{\"a\":\"mật\"}");

    private readonly string _folder = Directory.CreateTempSubdirectory("opening-").FullName;

    [TearDown]
    public void Clear() => Directory.Delete(_folder, recursive: true);

    [SetUp]
    public void Make() => Directory.CreateDirectory(_folder);

    [Test]
    public async Task Open_OfSealedContent_WritesItOnce()
    {
        var envelope = Envelope(new SealBinding(GoldenKeys.Alpha, [Self]), "trộm.txt");
        foreach (var _ in (int[])[1, 2])
        {
            var plain = await Opening().OpenAsync(_folder, envelope);
            Assert.That(File.ReadAllText(Path.Combine(plain!, "payload.json")), Is.EqualTo("{\"a\":\"mật\"}"));
            Assert.That(File.ReadAllText(Path.Combine(plain!, "attachments", "trộm.txt")), Is.EqualTo("tệp"));
        }
    }

    [Test]
    public async Task Open_OfAPlainMessage_WritesNothing()
    {
        Assert.That(await Opening().OpenAsync(_folder, GoldenModel.Minimal("o2") with { Payload = Plain }), Is.Null);
        Assert.That(Directory.EnumerateFileSystemEntries(_folder), Is.Empty);
    }

    /// <summary>Sealed octets of one sender in an envelope of another; or sealed for somebody else.</summary>
    [TestCase("Z99/beta", "H06.42/qlvb")]
    [TestCase("Z98/alpha", "H06.43/qlvb")]
    public void Open_OfContentBoundToOthers_RefusesAndLeavesNothing(string from, string to)
    {
        var envelope = Envelope(new SealBinding(SystemAddress.Parse(from), [SystemAddress.Parse(to)]), "a.txt");
        Assert.That(Assert.ThrowsAsync<ProblemException>(() => Opening().OpenAsync(_folder, envelope))!.Code, Is.EqualTo(ProblemCode.UnsealingFailed));
        Assert.That(Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName), Is.EqualTo((string[])["attachments"]));
    }

    private static MessageOpening Opening() => new(Self, [SealingPair.P256.Private]);

    private Envelope Envelope(SealBinding binding, string file)
    {
        SealingKey[] keys = [SealingPair.P256.Public];
        var octets = SealedAttachment.Seal(file, "text/plain", Encoding.UTF8.GetBytes("tệp"), keys, binding, sealName: true);
        Directory.CreateDirectory(Path.Combine(_folder, "attachments"));
        File.WriteAllBytes(Path.Combine(_folder, "attachments", "attachment-1.jwe"), octets);
        return GoldenModel.Minimal("o1") with
        {
            Payload = SealedPayload.Seal(Plain, PayloadEncryption.Jwe, keys, binding),
            Attachments =
            [
                new Attachment { Name = "attachment-1.jwe", MediaType = Jwe.CompactMediaType, Size = octets.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(octets)) },
            ],
        };
    }
}
