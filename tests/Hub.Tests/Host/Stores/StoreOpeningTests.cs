using Hub.Contracts.Problems;
using Hub.Host.Composition.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.Tests.Host.Stores;

[TestFixture]
public sealed class StoreOpeningTests
{
    [Test]
    public async Task Run_DatabaseComesBack_OpensThen()
    {
        var tries = 0;
        await Opening(TimeSpan.FromSeconds(30)).RunAsync(_ => ++tries < 2 ? throw Away() : Task.CompletedTask, CancellationToken.None);
        Assert.That(tries, Is.EqualTo(2));
    }

    [Test]
    public void Run_NoTimeToWait_RefusesAtOnce()
    {
        var tries = 0;
        var refused = Assert.ThrowsAsync<ProblemException>(() => Opening(TimeSpan.Zero).RunAsync(_ => { tries++; throw Away(); }, CancellationToken.None));
        Assert.That((refused!.Code, tries), Is.EqualTo((ProblemCode.Unavailable, 1)));
    }

    [Test]
    public void Run_TimeIsOver_Refuses()
    {
        var refused = Assert.ThrowsAsync<ProblemException>(() => Opening(TimeSpan.FromMilliseconds(50)).RunAsync(_ => throw Away(), CancellationToken.None));
        Assert.That(refused!.Code, Is.EqualTo(ProblemCode.Unavailable));
    }

    [Test]
    public void Run_WrongPassword_RefusesAtOnce()
    {
        var tries = 0;
        Assert.ThrowsAsync<InvalidDataException>(() => Opening(TimeSpan.FromSeconds(30)).RunAsync(_ => { tries++; throw new InvalidDataException("password"); }, CancellationToken.None));
        Assert.That(tries, Is.EqualTo(1));
    }

    private static StoreOpening Opening(TimeSpan wait) => new(wait, TimeProvider.System, NullLogger.Instance);

    private static ProblemException Away() => ProblemCode.Unavailable.With("The database does not answer.");
}
