using Hub.Contracts.Trail;

namespace Hub.Tests.Trail;

[TestFixture]
public sealed class TlogProofTests
{
    // Hashes of the example of c2sp.org/tlog-proof, whose signatures are shortened there.
    private const string Hashes = """
        gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
        B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
        EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
        RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
        AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

        """;

    private const string Note = "example.com/fancylog\n109482\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n— example.com/fancylog AAAAAAAA\n";
    private const string First = "c2sp.org/tlog-proof@v1\n";

    [TestCase(First + "extra AQID\nindex 73894\n" + Hashes + "\n" + Note)]
    [TestCase(First + "index 0\n\n" + Note)]
    [TestCase(First + "extra \nindex 9223372036854775807\n" + Hashes + "\n" + Note)]
    public void Parse_WellFormed_ReadsBackAsItself(string text)
    {
        var proof = TlogProof.Parse(text);
        Assert.That(proof.ToString(), Is.EqualTo(text));
        Assert.That(proof.CheckpointNote, Is.EqualTo(Note));
    }

    [Test]
    public void Parse_PublishedExample_ItsParts()
    {
        var proof = TlogProof.Parse(First + "extra AQID\nindex 73894\n" + Hashes + "\n" + Note);
        Assert.That(proof.Extra!.Value.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(proof.Index, Is.EqualTo(73894));
        Assert.That(proof.Proof, Has.Count.EqualTo(5).And.All.Length.EqualTo(32));
    }

    [TestCase("")]
    [TestCase("c2sp.org/tlog-proof@v2\nindex 0\n\n" + Note)]
    [TestCase(First + "\n" + Note)]
    [TestCase(First + "index 0\n")]
    [TestCase(First + "index 00\n\n" + Note)]
    [TestCase(First + "index -1\n\n" + Note)]
    [TestCase(First + "index  1\n\n" + Note)]
    [TestCase(First + "index 9223372036854775808\n\n" + Note)]
    [TestCase(First + "extra AQI\nindex 0\n\n" + Note)]
    [TestCase(First + "index 0\nextra AQID\n\n" + Note)]
    [TestCase(First + "extra AQID\nextra AQID\nindex 0\n\n" + Note)]
    [TestCase(First + "index 0\nAQID\n\n" + Note)]
    [TestCase("c2sp.org/tlog-proof@v1\r\nindex 0\r\n\r\n" + Note)]
    public void Parse_NotAProof_Refused(string text) => Assert.That(() => TlogProof.Parse(text), Throws.TypeOf<FormatException>());

    [Test]
    public void Parse_TooManyHashesOrTooLong_Refused()
    {
        var line = Hashes.Split('\n')[0] + "\n";
        Assert.That(TlogProof.Parse(First + "index 0\n" + Repeat(line, 64) + "\n" + Note).Proof, Has.Count.EqualTo(64));
        Assert.That(() => TlogProof.Parse(First + "index 0\n" + Repeat(line, 65) + "\n" + Note), Throws.TypeOf<FormatException>());
        Assert.That(() => TlogProof.Parse(First + "index 0\n\n" + Note + new string('x', TlogProof.MaxLength)), Throws.TypeOf<FormatException>());
    }

    private static string Repeat(string line, int count) => string.Concat(Enumerable.Repeat(line, count));
}
