using Hub.Host.Api;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class TileNameTests
{
    [TestCase("000", 0, 256)]
    [TestCase("255", 255, 256)]
    [TestCase("x001/x234/067", 1_234_067, 256)]
    [TestCase("x001/000.p/17", 1_000, 17)]
    public void TryParse_Canonical_ReadsAndWritesBack(string text, long index, int width)
    {
        Assert.That(TileName.TryParse(text, out var parsed, out var parsedWidth), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That((parsed, parsedWidth), Is.EqualTo((index, width)));
            Assert.That(TileName.Write(index, width), Is.EqualTo(text));
        });
    }

    [TestCase("")]
    [TestCase("0")]
    [TestCase("1000")]
    [TestCase("x000/001")]
    [TestCase("001/002")]
    [TestCase("000.p/0")]
    [TestCase("000.p/256")]
    [TestCase("000.p/257")]
    [TestCase("000.p/01")]
    [TestCase("000/../001")]
    [TestCase("000\n")]
    [TestCase("٠٠٠")]
    public void TryParse_OtherSpelling_Refuses(string text) => Assert.That(TileName.TryParse(text, out _, out _), Is.False);
}
