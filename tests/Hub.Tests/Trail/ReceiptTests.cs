using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Trail;

namespace Hub.Tests.Trail;

[TestFixture]
public sealed class ReceiptTests
{
    private readonly ReceiptSample _log = new();

    [TestCase(0, 1)]
    [TestCase(0, 2)]
    [TestCase(5, 13)]
    [TestCase(12, 13)]
    [TestCase(255, 256)]
    public async Task Verify_GoodReceipt_Valid(int index, int size)
    {
        var receipt = Receipt.Parse((await _log.MakeAsync(index, size)).ToString());
        Assert.That(receipt.Verify(_log.Verifier).Failures, Is.Empty);
        Assert.That(receipt.Verify(_log.Verifier, _log.Octets).Valid, Is.True);
    }

    [Test]
    public async Task Verify_OtherOctets_NamesTheLink()
    {
        var receipt = await _log.MakeAsync();
        Assert.That(Broken(receipt.Verify(_log.Verifier, [.. _log.Octets, 0])), Is.EqualTo(new[] { "octets" }));
        Assert.That(Broken(receipt.Verify(_log.Verifier, [])), Is.EqualTo(new[] { "octets" }), "an empty file is not 'no file'");
    }

    [Test]
    public async Task Verify_OtherLogOrKey_NamesTheLink()
    {
        var receipt = await _log.MakeAsync();
        Assert.That(Broken(receipt.Verify(new ReceiptSample().Verifier)), Is.EqualTo(new[] { "checkpoint" }));
        Assert.That(Broken(receipt.Verify(_log.Verifier with { Name = "H06.09/lgsp/log/2" })), Is.EqualTo(new[] { "checkpoint" }));
        Assert.That(Broken((await _log.MakeAsync(origin: "H06.09/lgsp/log/2")).Verify(_log.Verifier)), Is.EqualTo(new[] { "checkpoint" }));
    }

    [Test]
    public async Task Verify_AnotherBodyOrSalt_NamesTheLink()
    {
        var receipt = await _log.MakeAsync();
        var body = _log.Body;
        body["recipients"] = new JsonArray();
        Assert.That(Broken((receipt with { Body = CanonicalJson.Serialize(body) }).Verify(_log.Verifier)), Is.EqualTo(new[] { "commitment" }));
        Assert.That(Broken((receipt with { Salt = new byte[32] }).Verify(_log.Verifier)), Is.EqualTo(new[] { "commitment" }));
    }

    [Test]
    public async Task Verify_AnotherHeaderOrProof_NamesTheLink()
    {
        var receipt = await _log.MakeAsync();
        var proof = receipt.Proof;
        Assert.That(Broken((receipt with { Header = receipt.Header with { Time = receipt.Header.Time.AddDays(-1) } }).Verify(_log.Verifier)), Is.EqualTo(new[] { "inclusion" }));
        Assert.That(Broken((receipt with { Proof = proof with { Index = 4 } }).Verify(_log.Verifier)), Is.EqualTo(new[] { "inclusion" }));
        Assert.That(Broken((receipt with { Proof = proof with { Index = 99 } }).Verify(_log.Verifier)), Is.EqualTo(new[] { "inclusion" }));
        Assert.That(Broken((receipt with { Proof = proof with { Proof = [.. proof.Proof.Skip(1)] } }).Verify(_log.Verifier)), Is.EqualTo(new[] { "inclusion" }));
    }

    [Test]
    public async Task Verify_HubSaysSomethingElse_NamesTheLink()
    {
        Assert.That(Broken((await _log.MakeAsync(kind: EntryKinds.DeliveryDead)).Verify(_log.Verifier)), Is.EqualTo(new[] { "kind" }));
        Assert.That(Broken((await _log.MakeAsync(key: new string('0', 64))).Verify(_log.Verifier)), Is.EqualTo(new[] { "key" }));
        var body = _log.Body;
        body.Remove("sha256");
        Assert.That(Broken((await _log.MakeAsync(body: body)).Verify(_log.Verifier, _log.Octets)), Is.EqualTo(new[] { "body" }));
    }

    [Test]
    public async Task Verify_AnyCharacterChanged_NeverValid()
    {
        var text = (await _log.MakeAsync()).ToString();
        for (var i = 0; i < text.Length; i++)
        {
            foreach (var other in "A7\n =")
            {
                if (text[i] == other) continue;
                Assert.That(IsValid(text[..i] + other + text[(i + 1)..]), Is.False, $"'{other}' at {i}");
            }

            Assert.That(IsValid(text.Remove(i, 1)), Is.False, $"without {i}");
        }
    }

    [TestCase("""{"body":"{}","header":"{}"}""")]
    [TestCase("""{"body":"{}","header":"{}","salt":"00"}""")]
    [TestCase("""{"body":"{}","header":"{}","salt":1}""")]
    [TestCase("""[]""")]
    [TestCase("""nothing""")]
    [TestCase("""{"body":{"a":1},"header":"{}","salt":"00"}""")]
    public async Task Parse_OtherExtra_Refused(string extra)
    {
        var proof = (await _log.MakeAsync()).Proof with { Extra = Encoding.UTF8.GetBytes(extra) };
        Assert.That(() => Receipt.Parse(proof.ToString()), Throws.TypeOf<FormatException>());
        Assert.That(() => Receipt.Parse((proof with { Extra = null }).ToString()), Throws.TypeOf<FormatException>());
    }

    [Test]
    public async Task Parse_ExtraWithAFourthOrDoubleMember_Refused()
    {
        var proof = (await _log.MakeAsync()).Proof;
        var extra = Encoding.UTF8.GetString(proof.Extra!.Value.Span);
        foreach (var member in new[] { "\"more\":1", "\"salt\":\"\"" })
        {
            var changed = proof with { Extra = Encoding.UTF8.GetBytes(extra[..^1] + "," + member + "}") };
            Assert.That(() => Receipt.Parse(changed.ToString()), Throws.TypeOf<FormatException>(), member);
        }
    }

    private static IEnumerable<string> Broken(ReceiptVerdict verdict) => verdict.Failures.Select(f => f.Split(':')[0]);

    private bool IsValid(string text)
    {
        try
        {
            return Receipt.Parse(text).Verify(_log.Verifier, _log.Octets).Valid;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
