using Hub.Adapters.SqlServer;
using Hub.Adapters.Stores.Relational;

namespace Hub.Tests.Storage.SqlServer;

[TestFixture]
public sealed class SqlServerFailuresTests
{
    [TestCase(1205)]
    [TestCase(1222)]
    [TestCase(2601)]
    [TestCase(2627)]
    [TestCase(3960)]
    [TestCase(51001)]
    [TestCase(51002)]
    [TestCase(51003)]
    public void IsConflict_AnotherNodeWasQuicker_IsOne(int number) => Assert.That(SqlServerFailures.IsConflict([0, number]));

    [TestCase(-2)]
    [TestCase(53)]
    [TestCase(596)]
    [TestCase(9002)]
    [TestCase(51004)]
    public void IsConflict_TheServerOrTheLineFailed_IsNone(int number) => Assert.That(SqlServerFailures.IsConflict([number]), Is.False);

    [Test]
    public void Classify_WhatIsNotTheServers_IsUnavailable() =>
        Assert.That(SqlServerFailures.Classify(new TimeoutException()), Is.EqualTo(RelationalFailure.Unavailable));
}
