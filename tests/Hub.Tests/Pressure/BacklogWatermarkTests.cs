using Hub.Core.Pressure;

namespace Hub.Tests.Pressure;

public sealed class BacklogWatermarkTests
{
    [TestCase(false, 99, ExpectedResult = false)]
    [TestCase(false, 100, ExpectedResult = true)]
    [TestCase(true, 91, ExpectedResult = true)]
    [TestCase(true, 90, ExpectedResult = false)]
    public bool IsClosed_OfABoundOfAHundred(bool wasClosed, long count) => BacklogWatermark.IsClosed(wasClosed, count, 100);
}
