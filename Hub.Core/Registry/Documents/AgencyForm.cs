using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Documents;

/// <summary>An agency.</summary>
internal sealed class AgencyForm() : SectionForm<Agency>(RegistrySections.Agencies, "agency")
{
    internal const string CodeRule = "an agency code such as H29.12.03.";

    internal override string Id(Agency record) => record.Code.Value;

    internal override IEnumerable<(string Member, string Text)> Naming(string id) => [("code", id)];

    internal override JsonObject Members(Agency record) => new ObjectWriter()
        .Text("code", record.Code.Value)
        .Text("legacyCode", record.LegacyCode?.Value)
        .Text("name", record.Name)
        .Text("level", record.Level)
        .Text("parent", record.Parent?.Value)
        .Time("validFrom", record.ValidFrom)
        .Time("validUntil", record.ValidUntil)
        .Text("territoryCode", record.TerritoryCode)
        .Flag("verified", record.Verified, usual: true).Json;

    internal override Agency? ReadRecord(ObjectReader o, Places places)
    {
        var code = o.RequiredValue<AgencyCode>("code", AgencyCode.TryParse, CodeRule);
        var agency = new Agency
        {
            Code = code ?? default,
            LegacyCode = o.Value<AgencyCode>("legacyCode", AgencyCode.TryParse, "a QCVN 102 code such as 000.12.03.H29."),
            Name = o.Required("name"),
            Level = o.Required("level", 32),
            Parent = o.Value<AgencyCode>("parent", AgencyCode.TryParse, CodeRule),
            ValidFrom = o.Time("validFrom"),
            ValidUntil = o.Time("validUntil"),
            TerritoryCode = o.Text("territoryCode", 16),
            Verified = o.Flag("verified", otherwise: true),
        };
        o.Close();
        return code is null ? null : places.Mark(agency, o.Place);
    }
}
