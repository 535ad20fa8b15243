using System.Text;
using Hub.Contracts.Envelopes;

namespace Hub.Tests.Envelopes;

[TestFixture]
public sealed class TextRulesTests
{
    [Test]
    public void IsXmlText_OfEachCharacter_SaysTheSameOfUtf8()
    {
        for (var point = 0; point <= 0x10FFFF; point += point is > 0x3000 and < 0xFF00 or > 0x11000 ? 61 : 1)
        {
            if (point is >= 0xD800 and <= 0xDFFF) continue;
            var text = "a" + char.ConvertFromUtf32(point) + "\uFFC0\uFFEEb";
            Assert.That(TextRules.IsXmlText(Encoding.UTF8.GetBytes(text)), Is.EqualTo(TextRules.IsXmlText(text)), $"U+{point:X4}");
        }
    }

    [TestCase("\uFFFD\uFFFE", false)]
    [TestCase("\uFFBF\uFFFF\uFFC0", false)]
    [TestCase("\uFFFD\uFFFD\u007F\u0085\t\n\r", true)]
    [TestCase("", true)]
    public void IsXmlText_OfUtf8_FindsWhatXmlCannotHold(string text, bool holds) =>
        Assert.That(TextRules.IsXmlText(Encoding.UTF8.GetBytes(text)), Is.EqualTo(holds));
}
