using Hub.Contracts.Addresses;
using Hub.Core.Registry;

namespace Hub.Tests.Registry;

[TestFixture]
public sealed class RegistrySightTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly SystemAddress Alice = SystemAddress.Parse("H06.01/qlvb");
    private static readonly SystemAddress Bob = SystemAddress.Parse("H06.02/qlvb");
    private static readonly Service Used = new(MessageType.Parse("vn.document.v1"), "a", "a");
    private static readonly Service Provided = new(MessageType.Parse("vn.land.v1"), "b", "b") { Provider = AgencyCode.Parse("H06.01") };
    private static readonly Service Others = new(MessageType.Parse("vn.tax.v1"), "c", "c") { Provider = AgencyCode.Parse("H06.02") };
    private static readonly Right ByGroup = new("group:so", ["vn.document.v1"], "H06.02/qlvb") { Id = "by-group" };
    private static readonly Right BobsOwn = new("H06.02", ["vn.tax.v1"], "H06.02/qlvb") { Id = "bobs-own" };
    private static readonly Group Members = new("so", 1, "Các sở", [RecipientAddress.Parse("H06.01")]);
    private static readonly Person Local = new() { Name = "an", Role = "operator", Under = AgencyCode.Parse("H06.01") };
    private static readonly Person Anywhere = new() { Name = "binh", Role = "operator" };

    private static readonly RegistrySnapshot Registry = new(1, new RegistryContent
    {
        Hub = SystemAddress.Parse("H06.09/lgsp"),
        Agencies = [Agency("H06", null), Agency("H06.01", "H06"), Agency("H06.02", "H06")],
        Systems = [new AgencySystem { Address = Alice, Name = "A" }, new AgencySystem { Address = Bob, Name = "B" }],
        Services = [Used, Provided, Others],
        Groups = [Members],
        Rights = [ByGroup, BobsOwn],
        People = [Local, Anywhere],
    });

    [Test]
    public void Sees_ASystem_OnlyWhatSpeaksOfIt()
    {
        var sight = new RegistrySight(Registry, Now, Alice, null);
        Assert.Multiple(() =>
        {
            Assert.That(Seen(sight), Is.EquivalentTo(new object[] { "H06", "H06.01", "H06.02", "H06.01/qlvb", "vn.document.v1", "vn.land.v1", "so", "by-group" }));
            Assert.That(sight.Sees(new RegistryPolicy()), Is.False);
        });
    }

    [Test]
    public void Sees_ASubtree_WhatStandsInItAndWhatAllShare()
    {
        var sight = new RegistrySight(Registry, Now, null, AgencyCode.Parse("H06.01"));
        Assert.That(Seen(sight), Is.EquivalentTo(new object[] { "H06.01", "H06.01/qlvb", "vn.document.v1", "vn.land.v1", "vn.tax.v1", "so", "by-group", "an" }));
    }

    [Test]
    public void Sees_NobodyBound_Everything() => Assert.That(Seen(new RegistrySight(Registry, Now, null, null)), Has.Length.EqualTo(3 + 2 + 3 + 1 + 2 + 2));

    [TestCase("systems", "H06.01/gone", true, true)]
    [TestCase("systems", "H06.02/gone", false, false)]
    [TestCase("keys", "H06.01/qlvb k9", true, true)]
    [TestCase("people", "an", false, false)]
    [TestCase("agencies", "H06.02", true, false)]
    public void SeesRemoved_ByItsNameAlone(string section, string id, bool system, bool subtree) => Assert.Multiple(() =>
    {
        var owner = id.Contains("gone", StringComparison.Ordinal) ? SystemAddress.Parse("H06.01/gone") : Alice;
        Assert.That(new RegistrySight(Registry, Now, owner, null).SeesRemoved(section, id), Is.EqualTo(system));
        Assert.That(new RegistrySight(Registry, Now, null, AgencyCode.Parse("H06.01")).SeesRemoved(section, id), Is.EqualTo(subtree));
    });

    private static string[] Seen(RegistrySight sight) =>
    [
        .. new[] { "agencies", "systems", "services", "groups", "rights", "people" }.SelectMany(section => RegistryObjects.List(Registry, section))
            .Where(pair => sight.Sees(pair.Value)).Select(static pair => pair.Key),
    ];

    private static Agency Agency(string code, string? parent) => new()
    {
        Code = AgencyCode.Parse(code), Name = code, Level = "province", Parent = parent is null ? null : AgencyCode.Parse(parent),
    };
}
