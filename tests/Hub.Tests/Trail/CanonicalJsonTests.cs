using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Trail;

namespace Hub.Tests.Trail;

[TestFixture]
public sealed class CanonicalJsonTests
{
    // RFC 8785, Appendix B.
    [TestCase("0000000000000000", "0")]
    [TestCase("8000000000000000", "0")]
    [TestCase("0000000000000001", "5e-324")]
    [TestCase("8000000000000001", "-5e-324")]
    [TestCase("7fefffffffffffff", "1.7976931348623157e+308")]
    [TestCase("ffefffffffffffff", "-1.7976931348623157e+308")]
    [TestCase("4340000000000000", "9007199254740992")]
    [TestCase("c340000000000000", "-9007199254740992")]
    [TestCase("4430000000000000", "295147905179352830000")]
    [TestCase("44b52d02c7e14af5", "9.999999999999997e+22")]
    [TestCase("44b52d02c7e14af6", "1e+23")]
    [TestCase("44b52d02c7e14af7", "1.0000000000000001e+23")]
    [TestCase("444b1ae4d6e2ef4e", "999999999999999700000")]
    [TestCase("444b1ae4d6e2ef4f", "999999999999999900000")]
    [TestCase("444b1ae4d6e2ef50", "1e+21")]
    [TestCase("3eb0c6f7a0b5ed8c", "9.999999999999997e-7")]
    [TestCase("3eb0c6f7a0b5ed8d", "0.000001")]
    [TestCase("41b3de4355555553", "333333333.3333332")]
    [TestCase("41b3de4355555554", "333333333.33333325")]
    [TestCase("41b3de4355555555", "333333333.3333333")]
    [TestCase("41b3de4355555556", "333333333.3333334")]
    [TestCase("41b3de4355555557", "333333333.33333343")]
    [TestCase("becbf647612f3696", "-0.0000033333333333333333")]
    [TestCase("43143ff3c1cb0959", "1424953923781206.2")]
    public void Serialize_NumberOfTheRfc_EcmaScriptForm(string bits, string text)
    {
        var value = BitConverter.UInt64BitsToDouble(BinaryPrimitives.ReadUInt64BigEndian(Convert.FromHexString(bits)));
        Assert.That(Text(JsonValue.Create(value)), Is.EqualTo(text));
    }

    [TestCase("7fffffffffffffff")]
    [TestCase("7ff0000000000000")]
    public void Serialize_NotFinite_Refused(string bits)
    {
        var value = BitConverter.UInt64BitsToDouble(BinaryPrimitives.ReadUInt64BigEndian(Convert.FromHexString(bits)));
        Assert.That(() => CanonicalJson.Serialize(JsonValue.Create(value)), Throws.ArgumentException);
    }

    // RFC 8785, §3.2.2 and §3.2.3.
    [Test]
    public void Serialize_SampleOfTheRfc_ItsCanonicalForm()
    {
        const string input = """
            {"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
             "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}
            """;
        const string output = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        Assert.That(Text(JsonNode.Parse(input)), Is.EqualTo(output));
    }

    [Test]
    public void Serialize_NamesOfTheRfc_SortedByUtf16CodeUnits()
    {
        const string input = """
            {"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
             "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}
            """;
        var order = JsonNode.Parse(CanonicalJson.Serialize(JsonNode.Parse(input)))!.AsObject().Select(m => m.Value!.GetValue<string>());
        Assert.That(order, Is.EqualTo(new[]
        {
            "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign", "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh",
        }));
    }

    [Test]
    public void Serialize_ControlCharacters_ShortestEscapes() =>
        Assert.That(Text("\0\u0001\b\t\n\u000b\f\r\u001f\u007f<>&\u2028"), Is.EqualTo("\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\u007f<>&\u2028\""));

    [Test]
    public void Serialize_LoneSurrogate_Refused() => Assert.That(() => CanonicalJson.Serialize("a\ud800"), Throws.ArgumentException);

    [Test]
    public void Serialize_InexactInteger_Refused() => Assert.That(() => CanonicalJson.Serialize(9007199254740993L), Throws.ArgumentException);

    [Test]
    public void Serialize_TooDeep_Refused()
    {
        JsonNode node = 1;
        for (var i = 0; i < 65; i++) node = new JsonArray(node);
        Assert.That(() => CanonicalJson.Serialize(node), Throws.ArgumentException);
    }

    [Test]
    public void Serialize_ClrValues_AsTheirJson() => Assert.That(
        Text(new JsonObject { ["when"] = DateTimeOffset.UnixEpoch, ["amount"] = 1.50m, ["long"] = 5L, ["nothing"] = null }),
        Is.EqualTo("{\"amount\":1.5,\"long\":5,\"nothing\":null,\"when\":\"1970-01-01T00:00:00+00:00\"}"));

    [Test]
    public void Serialize_AnyDouble_ReadsBackAsItself() => Prop.ForAll(ArbMap.Default.ArbFor<long>(), bits =>
    {
        var value = BitConverter.Int64BitsToDouble(bits);
        if (!double.IsFinite(value)) return;
        Assert.That(JsonNode.Parse(Text(value))!.GetValue<double>(), Is.EqualTo(value));
    }).QuickCheckThrowOnFailure();

    [Test]
    public void Serialize_AnyText_IsItsOwnCanonicalForm() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), ArbMap.Default.ArbFor<string>(), (name, text) =>
    {
        if (name is null || text is null || HasLoneSurrogate(name + "|" + text)) return;
        var once = Text(new JsonObject { [name] = text, ["z"] = new JsonArray(text, name) });
        Assert.That(Text(JsonNode.Parse(once)), Is.EqualTo(once));
        Assert.That(JsonNode.Parse(once)!["z"]![0]!.GetValue<string>(), Is.EqualTo(text));
    }).QuickCheckThrowOnFailure();

    private static bool HasLoneSurrogate(string text) => text.EnumerateRunes().Any(r => r == Rune.ReplacementChar);

    private static string Text(JsonNode? node) => Encoding.UTF8.GetString(CanonicalJson.Serialize(node));
}
