using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Envelopes;

namespace Hub.Tests.Envelopes;

[TestFixture]
public sealed class Rfc3339Tests
{
    [TestCase("2026-03-02T02:15:00Z", "2026-03-02T02:15:00Z")]
    [TestCase("2026-03-02T09:15:00.25+07:00", "2026-03-02T02:15:00.250Z")]
    [TestCase("2026-03-02T09:15:00.2-00:00", "2026-03-02T09:15:00.200Z")]
    [TestCase("2024-02-29T23:59:59.999-14:00", "2024-03-01T13:59:59.999Z")]
    [TestCase("0001-01-01T14:00:00+14:00", "0001-01-01T00:00:00Z")]
    public void Parse_OfATime_GivesItsInstantInUtc(string text, string utc)
    {
        Assert.That(Rfc3339.Format(Rfc3339.Parse(text)), Is.EqualTo(utc));
        Assert.That(Rfc3339.Parse(text).Offset, Is.EqualTo(TimeSpan.Zero));
    }

    [TestCase("")]
    [TestCase("2026-03-02")]
    [TestCase("2026-03-02T02:15:00")]
    [TestCase("2026-03-02 02:15:00Z")]
    [TestCase("2026-03-02t02:15:00z")]
    [TestCase("2026-03-02T02:15:00.Z")]
    [TestCase("2026-03-02T02:15:00.1234Z")]
    [TestCase("2026-03-02T02:15:60Z")]
    [TestCase("2026-03-02T24:00:00Z")]
    [TestCase("2026-02-29T00:00:00Z")]
    [TestCase("2026-03-02T02:15:00+0700")]
    [TestCase("2026-03-02T02:15:00+15:00")]
    [TestCase("2026-03-02T02:15:00Z ")]
    [TestCase("2026-03-02T02:15:00Z\n")]
    [TestCase("+2026-03-02T02:15:00Z")]
    [TestCase("٢٠٢٦-03-02T02:15:00Z")]
    [TestCase("0001-01-01T00:00:00+14:00")]
    public void TryParse_OfAnythingElse_Refuses(string text) => Assert.That(Rfc3339.TryParse(text, out _), Is.False);

    [Test]
    public void Parse_OfWhatWasFormatted_GivesItBack() =>
        Prop.ForAll<DateTimeOffset>(time =>
        {
            var whole = time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));
            return Rfc3339.Parse(Rfc3339.Format(time)) == whole.AddTicks(-(whole.UtcTicks % TimeSpan.TicksPerMillisecond)) && Rfc3339.IsWhole(whole);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Format_OfAnyTime_IsTheFrameworksText() =>
        Prop.ForAll<DateTimeOffset>(time => Rfc3339.Format(time)
            == time.UtcDateTime.ToString(time.UtcDateTime.Millisecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture)).QuickCheckThrowOnFailure();
}
