using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Documents;

/// <summary>An operator or auditor, with keys.</summary>
internal sealed class PersonForm() : SectionForm<Person>(RegistrySections.People, "person")
{
    internal override string Id(Person record) => record.Name;

    internal override IEnumerable<(string Member, string Text)> Naming(string id) => [("name", id)];

    internal override JsonObject Members(Person record) => new ObjectWriter()
        .Text("name", record.Name)
        .Text("role", record.Role)
        .Text("under", record.Under?.Value)
        .Flag("content", record.Content)
        .Time("validFrom", record.ValidFrom)
        .Time("validUntil", record.ValidUntil)
        .Objects("keys", record.Keys.Select(KeyForm.Plain)).Json;

    internal override Person? ReadRecord(ObjectReader o, Places places)
    {
        var name = o.Required("name", 64);
        var person = new Person
        {
            Name = name,
            Role = o.Required("role", 16),
            Under = o.Value<AgencyCode>("under", AgencyCode.TryParse, AgencyForm.CodeRule),
            Content = o.Flag("content", otherwise: false),
            ValidFrom = o.Time("validFrom"),
            ValidUntil = o.Time("validUntil"),
            Keys = [.. o.Objects("keys").Select(k => KeyForm.ReadPlain(k, places)).OfType<SystemKey>()],
        };
        o.Close();
        return name.Length == 0 ? null : places.Mark(person, o.Place);
    }
}
