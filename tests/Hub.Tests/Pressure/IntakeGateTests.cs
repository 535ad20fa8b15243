using Hub.Contracts.Addresses;
using Hub.Core.Pressure;
using ManualClock = Hub.Tests.Time.ManualClock;

namespace Hub.Tests.Pressure;

public sealed class IntakeGateTests
{
    private static readonly SystemAddress Flood = SystemAddress.Parse("H06/flood");
    private static readonly SystemAddress Polite = SystemAddress.Parse("H06/polite");
    private ManualClock _clock = null!;
    private IntakeGate _gate = null!;

    [SetUp]
    public void Create() => _gate = new IntakeGate(_clock = new ManualClock());

    [Test]
    public void TryEnter_OneFloodsTheHub_AnotherStillGetsItsPlace()
    {
        Fill();
        Assert.That(_gate.IsClosedTo(Flood));
        Assert.That(_gate.IsClosedTo(Polite), Is.False);
        Assert.That(_gate.TryEnter(Polite));
        Assert.That(_gate.TryEnter(Flood), Is.False);
    }

    [Test]
    public void TryEnterEnding_FullGate_HasPlacesOfItsOwnThatMeasureNobodyElse()
    {
        var places = Fill();
        var ending = 0;
        while (_gate.TryEnterEnding(Flood)) ending++;
        Assert.That(ending, Is.EqualTo(places / 2), "bounded");
        Assert.That(_gate.TryEnterEnding(Polite), "shared out");
        Assert.That(_gate.TryEnter(Polite));
        var others = 1;
        while (_gate.TryEnter(Polite)) others++;
        Assert.That(others, Is.EqualTo(places / 2), "as many as without them");
        for (var i = 0; i < ending; i++) _gate.Leave(Flood, took: null, ending: true);
        Assert.That(_gate.UnderWay, Is.EqualTo(places + others + 1));
    }

    [Test]
    public void Leave_GivesThePlaceBack()
    {
        var places = Fill();
        _gate.Leave(Flood, took: null);
        Assert.That(_gate.TryEnter(Flood));
        Assert.That(_gate.UnderWay, Is.EqualTo(places));
    }

    [Test]
    public void Leave_SlowReceipts_LeaveFewerPlaces_AndQuickOnesMoreAgain()
    {
        var before = _gate.Limit;
        Pass(TimeSpan.FromSeconds(2));
        var slow = _gate.Limit;
        Assert.That(slow, Is.LessThan(before));
        Fill();
        Assert.That(_gate.IsClosedTo(Flood));
        Pass(TimeSpan.FromMilliseconds(5));
        Assert.That(_gate.Limit, Is.GreaterThan(slow));
    }

    private int Fill()
    {
        var places = 0;
        while (_gate.TryEnter(Flood)) places++;
        return places;
    }

    private void Pass(TimeSpan took)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        for (var i = 0; i < 16; i++)
        {
            _gate.TryEnterEnding(Polite);
            _gate.Leave(Polite, took, ending: true);
        }
    }
}
