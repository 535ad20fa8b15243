using System.Text;
using Hub.Contracts.Trail;

namespace Hub.Tests.Trail;

[TestFixture]
public sealed class EntryHeaderTests
{
    private const string Zeroes = "0000000000000000000000000000000000000000000000000000000000000000";
    private static readonly DateTimeOffset Time = new(2026, 3, 2, 16, 15, 0, 250, TimeSpan.FromHours(7));

    [Test]
    public void ToCanonicalJson_WithKey_FrozenForm() => Assert.That(
        Encoding.UTF8.GetString(new EntryHeader("message.accepted", Time, "ab", "H06.09/qlvb", new byte[32]).ToCanonicalJson()),
        Is.EqualTo($$"""{"actor":"H06.09/qlvb","commitment":"{{Zeroes}}","key":"ab","kind":"message.accepted","time":"2026-03-02T09:15:00.250Z","v":1}"""));

    [Test]
    public void ToCanonicalJson_WithoutKeyAndMilliseconds_LeavesThemOut() => Assert.That(
        Encoding.UTF8.GetString(new EntryHeader("log.opened", Time.AddMilliseconds(-250), null, "hub", new byte[32]).ToCanonicalJson()),
        Is.EqualTo($$"""{"actor":"hub","commitment":"{{Zeroes}}","kind":"log.opened","time":"2026-03-02T09:15:00Z","v":1}"""));

    [Test]
    public void Parse_OwnForm_SameHeader()
    {
        var leaf = new EntryHeader("delivery.dead", Time, "ab", "operator:Nguyễn Văn A", new byte[32]).ToCanonicalJson();
        Assert.That(EntryHeader.Parse(leaf).ToCanonicalJson(), Is.EqualTo(leaf));
    }

    [TestCase("""{"actor":"hub","commitment":"Z","kind":"k","time":"2026-03-02T09:15:00Z","v":2}""", Description = "version")]
    [TestCase("""{"actor":"hub","commitment":"Z","kind":"k","time":"2026-03-02T09:15:00Z"}""", Description = "no version")]
    [TestCase("""{"actor":"hub","commitment":"Z","kind":"k","time":"2026-03-02T09:15:00Z","v":1,"x":1}""", Description = "unknown member")]
    [TestCase("""{"actor":"hub","actor":"hub","commitment":"Z","kind":"k","time":"2026-03-02T09:15:00Z","v":1}""", Description = "twice")]
    [TestCase("""{"commitment":"Z","actor":"hub","kind":"k","time":"2026-03-02T09:15:00Z","v":1}""", Description = "order")]
    [TestCase("""{"actor":"hub", "commitment":"Z","kind":"k","time":"2026-03-02T09:15:00Z","v":1}""", Description = "white space")]
    [TestCase("""{"actor":"hub","commitment":"Z","key":null,"kind":"k","time":"2026-03-02T09:15:00Z","v":1}""", Description = "null")]
    [TestCase("""{"actor":"hub","commitment":"Z","kind":"k","time":"2026-03-02T16:15:00+07:00","v":1}""", Description = "offset")]
    [TestCase("""{"actor":"hub","commitment":"Z","kind":"k","time":"2026-03-02T09:15:00.000Z","v":1}""", Description = "needless fraction")]
    [TestCase("""{"actor":"hub","commitment":"00","kind":"k","time":"2026-03-02T09:15:00Z","v":1}""", Description = "short commitment")]
    [TestCase("""{"actor":1,"commitment":"Z","kind":"k","time":"2026-03-02T09:15:00Z","v":1}""", Description = "not a text")]
    [TestCase("""{"actor":{},"commitment":"Z","kind":"k","time":"2026-03-02T09:15:00Z","v":1}""", Description = "nested")]
    [TestCase("""[]""")]
    [TestCase("""null""")]
    [TestCase("")]
    public void Parse_AnyOtherForm_Refused(string text) =>
        Assert.That(() => EntryHeader.Parse(Encoding.UTF8.GetBytes(text.Replace("\"Z\"", $"\"{Zeroes}\""))), Throws.TypeOf<FormatException>());

    [Test]
    public void Parse_InvalidUtf8OrTooLong_Refused()
    {
        var leaf = new EntryHeader("k", Time, null, "hub", new byte[32]).ToCanonicalJson();
        leaf[10] = 0xff;
        Assert.That(() => EntryHeader.Parse(leaf), Throws.TypeOf<FormatException>());
        var huge = new EntryHeader("k", Time, null, new string('a', EntryHeader.MaxLength), new byte[32]).ToCanonicalJson();
        Assert.That(() => EntryHeader.Parse(huge), Throws.TypeOf<FormatException>());
    }
}
