using Hub.Core.Pressure;

namespace Hub.Tests.Pressure;

public sealed class AdmissionRuleTests
{
    private static readonly AdmissionRule Rule = new();

    /// <summary>A server that does so many a second, offered more than it can do: the time of each is that of those before it.</summary>
    [TestCase(500, 125)]
    [TestCase(2_000, 500)]
    [TestCase(100, 64, Description = "never fewer than the least")]
    [TestCase(50_000, 1_024, Description = "never more than the most")]
    public void Next_Overload_EndsWhereTheMeanTimeIsTheTarget(int perSecond, int places)
    {
        var limit = 256;
        for (var i = 0; i < 100; i++) limit = Rule.Next(limit, new AdmissionWindow(100, TimeSpan.FromSeconds((double)limit / perSecond), WasFull: true));
        Assert.That(limit, Is.EqualTo(places).Within(3));
    }

    [Test]
    public void Next_PlacesLeft_DoesNotGrow() =>
        Assert.That(Rule.Next(100, new AdmissionWindow(100, TimeSpan.FromMilliseconds(5), WasFull: false)), Is.EqualTo(100));

    [Test]
    public void Next_NobodyAccepted_StaysAsItIs() =>
        Assert.That(Rule.Next(100, new AdmissionWindow(0, TimeSpan.Zero, WasFull: true)), Is.EqualTo(100));

    [TestCase(99, 99, 1, ExpectedResult = true, Description = "a free place is anybody's")]
    [TestCase(100, 100, 1, ExpectedResult = false, Description = "alone it has all the places there are")]
    [TestCase(100, 100, 2, ExpectedResult = false, Description = "beyond its share")]
    [TestCase(100, 0, 2, ExpectedResult = true, Description = "another floods the hub")]
    [TestCase(140, 49, 2, ExpectedResult = true, Description = "up to its share")]
    [TestCase(140, 50, 2, ExpectedResult = false, Description = "and no further")]
    [TestCase(200, 0, 500, ExpectedResult = false, Description = "never more than twice the places")]
    public bool Admits_OfAHundredPlaces(int underWay, int own, int callers) => AdmissionRule.Admits(100, underWay, own, callers);
}
