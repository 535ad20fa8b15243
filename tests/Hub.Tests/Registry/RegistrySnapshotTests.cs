using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using static Hub.Tests.Registry.RegistrySamples;

namespace Hub.Tests.Registry;

public sealed class RegistrySnapshotTests
{
    private static readonly MessageType Document = MessageType.Parse("vn.document.v1");
    private static readonly MessageType Report = MessageType.Parse("vn.report.v1");
    private readonly RegistrySnapshot _registry = Snapshot();

    [TestCase("H06.40.01", "H06.40.01/qlvb", "agency:H06.40.01")]
    [TestCase("000.01.40.H06", "H06.40.01/qlvb", "agency:000.01.40.H06")]
    [TestCase("H06.40.01/qlvb", "H06.40.01/qlvb", "direct")]
    [TestCase("000.01.40.H06/qlvb", "H06.40.01/qlvb", "direct")]
    public void Resolve_OneRecipient_GivesItsSystemAndWhy(string to, string system, string why)
    {
        var resolved = _registry.Resolve([To(to)], Document, Now).Single();
        Assert.That((resolved.System.Address.ToString(), resolved.Why), Is.EqualTo((system, why)));
    }

    [Test]
    public void Resolve_Group_GivesMembersWithVersion() => Assert.That(
        _registry.Resolve([To("group:communes")], Document, Now).Select(r => (r.System.Address.ToString(), r.Why)),
        Is.EqualTo(new[] { ("H06.40.01/qlvb", "group:communes@3"), ("H06.40.02/qlvb", "group:communes@3") }));

    [Test]
    public void Resolve_NamedTwice_GoesOnceWithMainRoleAndFirstWhy()
    {
        var resolved = _registry.Resolve([To("group:communes", RecipientRole.Info), To("H06.40.01")], Document, Now);
        Assert.That(
            resolved.Select(r => (r.System.Address.ToString(), r.Role, r.Why)),
            Is.EqualTo(new[] { ("H06.40.01/qlvb", RecipientRole.Main, "group:communes@3"), ("H06.40.02/qlvb", RecipientRole.Info, "group:communes@3") }));
    }

    [TestCase("H77", "unknown-recipient")]
    [TestCase("H06.40.01/nothing", "unknown-recipient")]
    [TestCase("group:nobody", "unknown-recipient")]
    [TestCase("G22", "no-system-for-type")]
    [TestCase("H06.40.03", "recipient-closed")]
    [TestCase("H06.40.03/qlvb", "recipient-closed")]
    [TestCase("H06.09/lgsp", "unknown-recipient")]
    public void Resolve_BadRecipient_IsRefused(string to, string code) => Assert.That(Refused(Document, to).Code.Code, Is.EqualTo(code));

    [Test]
    public void Resolve_TwoSystemsForTheType_IsAmbiguous() =>
        Assert.That(Refused(Report, "H06.40.02").Code, Is.SameAs(ProblemCode.AmbiguousRecipient));

    [Test]
    public void Resolve_ProtocolType_NeedsNoMention() =>
        Assert.That(_registry.Resolve([To("H06.40.01")], MessageType.Acknowledgement, Now).Single().System.Address.ToString(), Is.EqualTo("H06.40.01/qlvb"));

    [Test]
    public void Resolve_SeveralBad_AreListedAllInOneProblem()
    {
        var problem = Refused(Document, "H77", "H06.40.01", "group:mixed", "G22");
        Assert.Multiple(() =>
        {
            Assert.That(problem.Code, Is.SameAs(ProblemCode.UnknownRecipient));
            Assert.That(
                problem.Items.Select(i => (i.Subject, i.Code.Code)),
                Is.EqualTo(new[] { ("H77", "unknown-recipient"), ("group:mixed → H06.40.03", "recipient-closed"), ("G22", "no-system-for-type") }));
        });
    }

    [TestCase("2026-06-30T16:59:59.999Z", true)]
    [TestCase("2026-06-30T17:00:00Z", false)]
    public void Resolve_AtTheEndOfValidity_EndIsExclusive(string at, bool open)
    {
        var time = Rfc3339.Parse(at);
        if (open) Assert.That(_registry.Resolve([To("H06.40")], Document, time), Has.Count.EqualTo(1));
        else Assert.That(Assert.Throws<ProblemException>(() => _registry.Resolve([To("H06.40")], Document, time))!.Code, Is.SameAs(ProblemCode.RecipientClosed));
    }

    [Test]
    public void Resolve_AnswerToASystemOfAClosedAgency_ReachesIt()
    {
        var after = Rfc3339.Parse("2030-01-01T00:00:00Z");
        var system = _registry.SystemsOf(_registry.FindAgency(To("H06.40").Address.Agency)!.Code)[0];
        Assert.That(_registry.Resolve([To(system.Address.ToString())], MessageType.DeliveryFailed, after).Single().System, Is.SameAs(system));
    }

    [Test]
    public void Resolve_GroupsBeyondTheBound_IsTooLarge()
    {
        var content = Content();
        var members = Enumerable.Range(0, 200).Select(_ => RecipientAddress.Parse("H06.40.01")).ToList();
        var groups = Enumerable.Range(0, 101).Select(i => new Group($"g{i}", 1, "", members)).ToList();
        var registry = new RegistrySnapshot(1, content with { Groups = groups });
        var refused = Assert.Throws<ProblemException>(() => registry.Resolve([.. groups.Select(g => To("group:" + g.Name))], Document, Now));
        Assert.That(refused!.Code, Is.SameAs(ProblemCode.TooLarge));
    }

    [TestCase("H06/qlvb", "vn.document.v1", "H06.40.01/qlvb", 2, true)]
    [TestCase("H06.40.01/qlvb", "vn.document.v1", "H06/qlvb", 0, true)]
    [TestCase("H06.40.01/qlvb", "vn.document.v1", "H06/qlvb", 3, false)]
    [TestCase("H06.40.01/qlvb", "vn.report.v1", "H06/qlvb", 0, false)]
    [TestCase("H06/qlvb", "vn.report.v1", "H06.40.02/hai", 4, true)]
    [TestCase("H06/qlvb", "vn.report.v1", "H06.40.01/qlvb", 0, false)]
    [TestCase("H06.40/qlvb", "vn.report.v1", "H06.40.02/hai", 0, false)]
    [TestCase("H06/qlvb", "hub.ack.v1", "H06.40.02/qlvb", 0, false)]
    [TestCase("H06/nothing", "vn.document.v1", "H06.40.01/qlvb", 0, false)]
    [TestCase("H06/qlvb", "vn.document.v1", "H06.40.01/nothing", 0, false)]
    public void Allows_FollowsTheRights(string from, string type, string to, int priority, bool allowed) => Assert.That(
        _registry.Allows(SystemAddress.Parse(from), MessageType.Parse(type), SystemAddress.Parse(to), priority, Now), Is.EqualTo(allowed));

    [TestCase("2025-12-31T16:59:59Z", false)]
    [TestCase("2025-12-31T17:00:00Z", true)]
    [TestCase("2026-12-31T16:59:59Z", true)]
    [TestCase("2026-12-31T17:00:00Z", false)]
    public void Allows_OutsideTheValidity_IsDenied(string at, bool allowed) => Assert.That(
        _registry.Allows(SystemAddress.Parse("H06/qlvb"), Report, SystemAddress.Parse("H06.40.02/qlvb"), 0, Rfc3339.Parse(at)), Is.EqualTo(allowed));

    [Test]
    public void FindService_ProtocolTypes_AreBuiltIn() => Assert.Multiple(() =>
    {
        Assert.That(_registry.FindService(MessageType.Acknowledgement)!.MinimumAssurance, Is.EqualTo(Assurances.HubAttested));
        Assert.That(_registry.FindService(MessageType.DeliveryFailed)!.MinimumAssurance, Is.EqualTo(Assurances.HubAttested));
        Assert.That(_registry.FindService(MessageType.Parse("hub.other.v1")), Is.Null);
    });

    private static Recipient To(string address, RecipientRole role = RecipientRole.Main) => new(RecipientAddress.Parse(address), role);

    private Problem Refused(MessageType type, params string[] to) =>
        Assert.Throws<ProblemException>(() => _registry.Resolve([.. to.Select(t => To(t))], type, Now))!.Problem;
}
