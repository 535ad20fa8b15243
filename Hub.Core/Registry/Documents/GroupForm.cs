using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Documents;

/// <summary>A group, by list or by rule.</summary>
internal sealed class GroupForm() : SectionForm<Group>(RegistrySections.Groups, "group")
{
    internal override string Id(Group record) => record.Name;

    internal override IEnumerable<(string Member, string Text)> Naming(string id) => [("name", id)];

    internal override JsonObject Members(Group record) => new ObjectWriter()
        .Text("name", record.Name)
        .Number("version", record.Version)
        .Text("nameVi", record.NameVi, "")
        .Texts("members", record.Members.Select(m => m.Value))
        .Object("rule", record.Rule is { } rule
            ? new ObjectWriter().Text("level", rule.Level).Text("under", rule.Under?.Value).Text("receives", rule.Receives?.Value).Json
            : null).Json;

    internal override Group? ReadRecord(ObjectReader o, Places places)
    {
        var name = o.Required("name", 64);
        var group = new Group(
            name,
            o.Number("version", 1, int.MaxValue) ?? 1,
            o.Text("nameVi") ?? "",
            o.Values<RecipientAddress>("members", RecipientAddress.TryParse, "an agency code or agency/system."))
        {
            Rule = ReadRule(o.Object("rule")),
        };
        o.Close();
        return name.Length == 0 ? null : places.Mark(group, o.Place);
    }

    private static GroupRule? ReadRule(ObjectReader? o)
    {
        if (o is null) return null;
        var rule = new GroupRule(
            o.Text("level", 32),
            o.Value<AgencyCode>("under", AgencyCode.TryParse, AgencyForm.CodeRule),
            o.Value<MessageType>("receives", MessageType.TryParse, ServiceForm.TypeRule));
        o.Close();
        return rule;
    }
}
