using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Documents;

/// <summary>A reorganisation with its acts.</summary>
internal sealed class ReorganisationForm() : SectionForm<Reorganisation>(RegistrySections.Reorganisations, "reorganisation")
{
    internal override string Id(Reorganisation record) => record.Id;

    internal override IEnumerable<(string Member, string Text)> Naming(string id) => [("id", id)];

    internal override JsonObject Members(Reorganisation record) => new ObjectWriter()
        .Text("id", record.Id)
        .Time("on", record.On)
        .Text("basis", record.Basis)
        .Objects("acts", record.Acts.Select(Act)).Json;

    internal override Reorganisation? ReadRecord(ObjectReader o, Places places)
    {
        var id = o.Required("id", 64);
        if (!o.Has("on")) o.Refuse("on", "is missing: say when it takes effect.");
        var on = o.Time("on");
        var basis = o.Required("basis");
        var acts = o.Objects("acts").Select(a => ReadAct(a, places)).OfType<ReorganisationAct>().ToArray();
        o.Close();
        return id.Length == 0 || on is null ? null : places.Mark(new Reorganisation(id, on.Value, basis, acts), o.Place);
    }

    private static JsonObject Act(ReorganisationAct act) => new ObjectWriter()
        .Text("act", Words.Acts.Write(act.Act))
        .Text("agency", act.Agency.Value)
        .Text("name", act.Name)
        .Text("parent", act.Parent?.Value)
        .Text("level", act.Level)
        .Objects("successors", act.Successors.Select(s => new ObjectWriter()
            .Text("agency", s.Agency.Value)
            .Texts("scope", s.Scope is ["*"] ? [] : s.Scope).Json))
        .Text("policy", Words.ClosedPolicies.Unless(act.Policy, ClosedPolicy.Redirect))
        .Flag("inheritRights", act.InheritRights, usual: true)
        .Flag("closes", act.Closes, usual: true).Json;

    private static ReorganisationAct? ReadAct(ObjectReader o, Places places)
    {
        var kind = o.RequiredValue<ActKind>("act", Words.Acts.TryParse, Words.Acts.Rule);
        var agency = o.RequiredValue<AgencyCode>("agency", AgencyCode.TryParse, AgencyForm.CodeRule);
        var act = new ReorganisationAct
        {
            Act = kind ?? default,
            Agency = agency ?? default,
            Name = o.Text("name"),
            Parent = o.Value<AgencyCode>("parent", AgencyCode.TryParse, AgencyForm.CodeRule),
            Level = o.Text("level", 32),
            Successors = [.. o.Objects("successors").Select(s => ReadSuccessor(s, places)).OfType<Successor>()],
            Policy = o.Value<ClosedPolicy>("policy", Words.ClosedPolicies.TryParse, Words.ClosedPolicies.Rule) ?? default,
            InheritRights = o.Flag("inheritRights", otherwise: true),
            Closes = o.Flag("closes", otherwise: true),
        };
        o.Close();
        return kind is null || agency is null ? null : places.Mark(act, o.Place);
    }

    private static Successor? ReadSuccessor(ObjectReader o, Places places)
    {
        var agency = o.RequiredValue<AgencyCode>("agency", AgencyCode.TryParse, AgencyForm.CodeRule);
        var scope = o.Has("scope") ? o.Texts("scope", 100) : ["*"];
        o.Close();
        return agency is null ? null : places.Mark(new Successor(agency.Value, scope), o.Place);
    }
}
