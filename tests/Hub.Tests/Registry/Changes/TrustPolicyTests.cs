using Hub.Contracts.Addresses;
using Hub.Core.Registry;
using Hub.Core.Registry.Changes;

namespace Hub.Tests.Registry.Changes;

[TestFixture]
public sealed class TrustPolicyTests
{
    private static readonly DateTimeOffset Now = RegistrySamples.Now;
    private static readonly RegistrySnapshot Sample = RegistrySamples.Snapshot();
    private static readonly Right Right = new("H06", ["vn.document.v1", "vn.report.v1"], "G22", 2, Now, Now.AddDays(9)) { Id = "r", Conditions = new RightConditions(MaxBytes: 1000) };
    private static readonly AgencySystem System = Sample.Systems.First(s => s.Channel.Kind == "push");
    private static readonly SystemKey Key = System.Keys[0] with { NotAfter = Now.AddDays(10) };
    private static readonly SystemKey OtherKey = Sample.Systems.First(s => s != System && s.Keys.Count > 0).Keys[0];
    private static readonly Agency Agency = new() { Code = AgencyCode.Parse("H06.01"), Name = "Sở", Level = "province", ValidUntil = Now.AddDays(9) };
    private static readonly Service Service = new(MessageType.Parse("vn.x.v1"), "X", "", MaxBytes: 1000) { Confidentiality = Confidentiality.EndToEnd, Sunset = Now };
    private static readonly Group Group = new("g", 1, "", [RecipientAddress.Parse("H06"), RecipientAddress.Parse("G22")]);
    private static readonly Person Person = new() { Name = "an", Role = "operator", Under = AgencyCode.Parse("H06"), Keys = [Key] };

    private static IEnumerable<TestCaseData> Cases()
    {
        yield return Case("right added", TrustChangeKinds.Right, null, Right);
        yield return Case("right for another", TrustChangeKinds.Right, Right, Right with { From = "under:H06" });
        yield return Case("right for more services", TrustChangeKinds.Right, Right, Right with { Services = ["*"] });
        yield return Case("right for longer", TrustChangeKinds.Right, Right, Right with { ValidUntil = null });
        yield return Case("right of higher priority", TrustChangeKinds.Right, Right, Right with { MaxPriority = 3 });
        yield return Case("right with weaker conditions", TrustChangeKinds.Right, Right, Right with { Conditions = null });
        yield return Case("right narrowed", null, Right, Right with { MaxPriority = 1, Services = ["vn.report.v1"], ValidUntil = Now.AddDays(1), Conditions = new RightConditions(500, Sealed: true, Attachments: false) });
        yield return Case("right removed", null, Right, null);
        yield return Case("system added", TrustChangeKinds.System, null, System);
        yield return Case("channel changed", TrustChangeKinds.System, System, System with { Channel = new ChannelSettings("push", new Uri("https://other.example/")) });
        yield return Case("receives more", TrustChangeKinds.System, System, System with { Receives = [.. System.Receives, MessageType.Parse("vn.other.v1")] });
        yield return Case("system renamed", null, System, System with { Name = "Khác", Receives = [] });
        yield return Case("key added", TrustChangeKinds.Key, null, Owned(Key));
        yield return Case("key replaced under its id", TrustChangeKinds.Key, Owned(Key), Owned(OtherKey with { NotAfter = Key.NotAfter }));
        yield return Case("key for longer", TrustChangeKinds.Key, Owned(Key), Owned(Key with { NotAfter = null }));
        yield return Case("key for another use", TrustChangeKinds.Key, Owned(Key), Owned(Key with { Use = KeyUse.Encryption }));
        yield return Case("revocation withdrawn", TrustChangeKinds.Key, Owned(Key with { Revoked = Now }), Owned(Key));
        yield return Case("key revoked", null, Owned(Key), Owned(Key with { Revoked = Now }));
        yield return Case("revoked earlier", null, Owned(Key with { Revoked = Now }), Owned(Key with { Revoked = Now.AddDays(-1) }));
        yield return Case("agency added", TrustChangeKinds.Agency, null, Agency);
        yield return Case("agency elsewhere", TrustChangeKinds.Agency, Agency, Agency with { Parent = AgencyCode.Parse("G22") });
        yield return Case("agency renamed", TrustChangeKinds.Agency, Agency, Agency with { Name = "Bộ" });
        yield return Case("agency reopened", TrustChangeKinds.Agency, Agency, Agency with { ValidUntil = null });
        yield return Case("agency closed", null, Agency, Agency with { ValidUntil = Now });
        yield return Case("code entered", TrustChangeKinds.Agency, null, new CodeEntry("qd20", "H06.77", Agency.Code));
        yield return Case("merge planned", TrustChangeKinds.Agency, null, Plan(new ReorganisationAct { Act = ActKind.Merge, Agency = Agency.Code, Successors = [new Successor(AgencyCode.Parse("H06"), ["*"])] }));
        yield return Case("dissolved without successor", null, null, Plan(new ReorganisationAct { Act = ActKind.Dissolve, Agency = Agency.Code }));
        yield return Case("plan withdrawn", TrustChangeKinds.Agency, Plan(), null);
        yield return Case("service added", TrustChangeKinds.Service, null, Service);
        yield return Case("service unsealed", TrustChangeKinds.Service, Service, Service with { Confidentiality = Confidentiality.Hub });
        yield return Case("service attested", TrustChangeKinds.Service, Service, Service with { MinimumAssurance = Assurances.HubAttested });
        yield return Case("service for longer", TrustChangeKinds.Service, Service, Service with { Sunset = null });
        yield return Case("service of another provider", TrustChangeKinds.Service, Service, Service with { Provider = Agency.Code });
        yield return Case("service with another reply", TrustChangeKinds.Service, Service, Service with { Reply = MessageType.Parse("vn.other.v1") });
        yield return Case("service without a reply any more", null, Service with { Reply = MessageType.Parse("vn.other.v1") }, Service);
        yield return Case("service with more to search", TrustChangeKinds.Service, Service, Service with { Searchable = [new SearchField("so", "/so")] });
        yield return Case("service smaller", null, Service, Service with { MaxBytes = 10, NameEn = "Y" });
        yield return Case("group added", null, null, Group);
        yield return Case("group widened", TrustChangeKinds.Right, Group, Group with { Version = 2, Members = [.. Group.Members, RecipientAddress.Parse("H07")] });
        yield return Case("group by rule", TrustChangeKinds.Right, Group, Group with { Members = [], Rule = new GroupRule(Level: "province") });
        yield return Case("group narrowed", null, Group, Group with { Version = 2, Members = [Group.Members[0]] });
        yield return Case("auditor to operator", TrustChangeKinds.Person, Person with { Role = "auditor" }, Person);
        yield return Case("person beyond subtree", TrustChangeKinds.Person, Person, Person with { Under = null });
        yield return Case("person reads content", TrustChangeKinds.Person, Person, Person with { Content = true });
        yield return Case("person with new key", TrustChangeKinds.Person, Person, Person with { Keys = [Key, OtherKey] });
        yield return Case("person narrowed", null, Person with { Under = null }, Person);
        yield return Case("anchor added", TrustChangeKinds.Anchor, null, new TrustAnchor("ca", new byte[] { 1 }));
        yield return Case("anchor removed", TrustChangeKinds.Anchor, new TrustAnchor("ca", new byte[] { 1 }), null);
        yield return Case("policy changed", TrustChangeKinds.Policy, new RegistryPolicy(), new RegistryPolicy { Revocation = "off" });
    }

    [TestCaseSource(nameof(Cases))]
    public void Find_Change_IsOfTheKind(string? kind, object? before, object? after)
    {
        var section = Core.Registry.Documents.ObjectForms.Name(before ?? after!).Section;
        var found = TrustPolicy.Find([new ObjectDifference(section, "x", before, after)], [], [], (code, root) => code == root, Now);
        Assert.That(found.Select(t => t.Kind), Is.EqualTo(kind is null ? [] : new[] { kind }));
    }

    [Test]
    public void Find_UnnamedRightNarrowed_IsCoveredByTheOneItReplaces()
    {
        ObjectDifference[] differences = [new("rights", "r-1", Right, null), new("rights", "r-2", null, Right with { Id = null, MaxPriority = 0 })];
        Assert.That(TrustPolicy.Find(differences, [], [], (_, _) => true, Now), Is.Empty);
    }

    [Test]
    public void Weakened_OnlyOneOperatorLeftAtSomeInstant_IsFound()
    {
        Person[] two = [Operator("a"), Operator("b")];
        Assert.Multiple(() =>
        {
            Assert.That(FourEyes.Weakened(two, [two[0]], Now), Is.Not.Null, "one is removed");
            Assert.That(FourEyes.Weakened(two, [two[0], two[1] with { ValidUntil = Now.AddDays(2) }], Now), Is.Not.Null, "one will end");
            Assert.That(FourEyes.Weakened(two, [two[0], two[1] with { Keys = [Key with { Use = KeyUse.Encryption }] }], Now), Is.Not.Null, "one can sign no more");
            Assert.That(FourEyes.Weakened([.. two, Operator("c")], two, Now), Is.Null, "two are left");
            Assert.That(FourEyes.Weakened([.. two, Operator("c") with { ValidUntil = Now.AddDays(2) }], [two[0], Operator("c") with { ValidUntil = Now.AddDays(2) }], Now), Is.Not.Null, "two are left for two days");
            Assert.That(FourEyes.Weakened([two[0]], [], Now), Is.Null, "there were no four eyes");
        });
    }

    private static Person Operator(string name) => new() { Name = name, Role = "operator", Keys = [OtherKey] };

    private static OwnedKey Owned(SystemKey key) => new(System.Address, key);

    private static Reorganisation Plan(params ReorganisationAct[] acts) => new("nq-1", Now.AddDays(5), "NQ 1", acts);

    private static TestCaseData Case(string name, string? kind, object? before, object? after) => new TestCaseData(kind, before, after).SetName($"Find_{name.Replace(' ', '_')}");
}
