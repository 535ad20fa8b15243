using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Documents;

/// <summary>Another code of an agency.</summary>
internal sealed class CodeForm() : SectionForm<CodeEntry>(RegistrySections.Codes, "code")
{
    internal override string Id(CodeEntry record) => $"{record.Scheme} {record.Code}";

    internal override IEnumerable<(string Member, string Text)> Naming(string id) => id.Split(' ', 2) is [var scheme, var code]
        ? [("scheme", scheme), ("code", code)]
        : [("scheme", id)];

    internal override JsonObject Members(CodeEntry record) => new ObjectWriter()
        .Text("scheme", record.Scheme)
        .Text("code", record.Code)
        .Text("agency", record.Agency.Value)
        .Time("validFrom", record.ValidFrom)
        .Time("validUntil", record.ValidUntil).Json;

    internal override CodeEntry? ReadRecord(ObjectReader o, Places places)
    {
        var scheme = o.Required("scheme", 16);
        var code = o.Required("code", AgencyCode.MaxLength);
        var agency = o.RequiredValue<AgencyCode>("agency", AgencyCode.TryParse, AgencyForm.CodeRule);
        var entry = new CodeEntry(scheme, code, agency ?? default, o.Time("validFrom"), o.Time("validUntil"));
        o.Close();
        return scheme.Length == 0 || code.Length == 0 || agency is null ? null : places.Mark(entry, o.Place);
    }
}
