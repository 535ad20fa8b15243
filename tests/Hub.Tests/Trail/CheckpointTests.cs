using Hub.Contracts.Trail;

namespace Hub.Tests.Trail;

[TestFixture]
public sealed class CheckpointTests
{
    // The example of c2sp.org/tlog-checkpoint.
    private const string Root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    private const string Example = $"example.com/behind-the-sofa\n20852163\n{Root}\n";

    [Test]
    public void Parse_PublishedExample_ItsThreeLines()
    {
        var checkpoint = Checkpoint.Parse(Example);
        Assert.That(checkpoint.Origin, Is.EqualTo("example.com/behind-the-sofa"));
        Assert.That(checkpoint.Size, Is.EqualTo(20852163));
        Assert.That(checkpoint.ToString(), Is.EqualTo(Example));
    }

    [Test]
    public void Parse_ExtensionLines_Ignored() => Assert.That(Checkpoint.Parse(Example + "more\nand more\n").ToString(), Is.EqualTo(Example));

    [TestCase("")]
    [TestCase("\n")]
    [TestCase("origin\n1\n")]
    [TestCase($"\n1\n{Root}\n")]
    [TestCase($"origin\n01\n{Root}\n")]
    [TestCase($"origin\n-1\n{Root}\n")]
    [TestCase($"origin\n+1\n{Root}\n")]
    [TestCase($"origin\n 1\n{Root}\n")]
    [TestCase($"origin\n\n{Root}\n")]
    [TestCase($"origin\n9223372036854775808\n{Root}\n")]
    [TestCase($"origin\n1\n{Root}")]
    [TestCase($"origin\n1\n{Root}\n\n")]
    [TestCase($"origin\n1\n{Root} \n")]
    [TestCase($"origin\r\n1\r\n{Root}\r\n")]
    [TestCase("origin\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n")]
    [TestCase("origin\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n")]
    public void Parse_NotACheckpoint_Refused(string text) => Assert.That(() => Checkpoint.Parse(text), Throws.TypeOf<FormatException>());

    [Test]
    public async Task Open_OtherOriginSignedByTheKey_Refused()
    {
        var log = new ReceiptSample();
        Assert.That(Checkpoint.Open(await log.SignAsync($"{ReceiptSample.Origin}\n1\n{Root}\n"), log.Verifier)!.Size, Is.EqualTo(1));
        Assert.That(Checkpoint.Open(await log.SignAsync($"{ReceiptSample.Origin}2\n1\n{Root}\n"), log.Verifier), Is.Null);
        Assert.That(Checkpoint.Open(await log.SignAsync("not a checkpoint\n"), log.Verifier), Is.Null);
    }
}
