using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;

namespace Hub.Core.Registry.Documents;

/// <summary>A right. Without an id of its own it is named by the digest of what it says.</summary>
internal sealed class RightForm() : SectionForm<Right>(RegistrySections.Rights, "right")
{
    internal override string Id(Right record) => record.Id ?? NameOf(record);

    internal override IEnumerable<(string Member, string Text)> Naming(string id) => [("id", id)];

    /// <summary>The name that follows from what it says.</summary>
    internal static string NameOf(Right right) => NameOf(Canonical(Unnamed(right)));

    internal override JsonObject Members(Right record)
    {
        var members = Unnamed(record);
        if (record.Id is { } id && id != NameOf(Canonical(members))) members.Insert(0, "id", id);
        return members;
    }

    internal override RegistryObject ToObject(object record)
    {
        var right = (Right)record;
        var members = Unnamed(right);
        var json = Canonical(members);
        var name = NameOf(json);
        if (right.Id is null || right.Id == name) return new RegistryObject(Section, name, json);
        members.Add("id", right.Id);
        return new RegistryObject(Section, right.Id, Canonical(members));
    }

    internal override Right? ReadRecord(ObjectReader o, Places places)
    {
        var id = o.Text("id", 64);
        var right = new Right(
            o.Required("from", 80),
            [.. o.Values("services", static (string text, out ServiceName value) => ServiceName.TryParse(text, out value), "'*' or " + ServiceForm.TypeRule).Select(s => s.Value)],
            o.Required("to", 80),
            o.Number("maxPriority", 0, 4) ?? 2,
            o.Time("validFrom"),
            o.Time("validUntil"))
        {
            Conditions = ReadConditions(o.Object("conditions")),
            Basis = o.Text("basis"),
        };
        o.Close();
        return places.Mark(right with { Id = id ?? (o.Stored ? null : NameOf(right)) }, o.Place);
    }

    private static string NameOf(string json) => "r-" + Digest(json)[..16];

    private static JsonObject Unnamed(Right right) => new ObjectWriter()
        .Text("from", right.From)
        .Texts("services", right.Services)
        .Text("to", right.To)
        .Number("maxPriority", right.MaxPriority, 2)
        .Time("validFrom", right.ValidFrom)
        .Time("validUntil", right.ValidUntil)
        .Object("conditions", right.Conditions is { } conditions
            ? new ObjectWriter().Number("maxBytes", conditions.MaxBytes).Flag("sealed", conditions.Sealed).Flag("attachments", conditions.Attachments, usual: true).Json
            : null)
        .Text("basis", right.Basis).Json;

    private static RightConditions? ReadConditions(ObjectReader? o)
    {
        if (o is null) return null;
        var conditions = new RightConditions(
            o.Number("maxBytes", 1, EnvelopeLimits.Default.MaxBytes), o.Flag("sealed", otherwise: false), o.Flag("attachments", otherwise: true));
        o.Close();
        return conditions == new RightConditions() ? null : conditions;
    }

    /// <summary>What a right may name as a service: a type or <c>*</c>.</summary>
    private readonly record struct ServiceName(string Value)
    {
        internal static bool TryParse(string text, out ServiceName name)
        {
            name = new ServiceName(text);
            return text == "*" || MessageType.TryParse(text, out _);
        }
    }
}
