using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Hub.Core.Registry.Documents;

/// <summary>A trust anchor.</summary>
internal sealed class AnchorForm() : SectionForm<TrustAnchor>(RegistrySections.Anchors, "anchor")
{
    internal override string Id(TrustAnchor record) => record.Name;

    internal override IEnumerable<(string Member, string Text)> Naming(string id) => [("name", id)];

    internal override JsonObject Members(TrustAnchor record) => new ObjectWriter()
        .Text("name", record.Name)
        .Text("pem", PemEncoding.WriteString("CERTIFICATE", record.Certificate.Span) + "\n").Json;

    internal override TrustAnchor? ReadRecord(ObjectReader o, Places places)
    {
        var name = o.Required("name", 64);
        var pem = o.Pem();
        o.Close();
        if (name.Length == 0 || pem is null) return null;
        try
        {
            return places.Mark(new TrustAnchor(name, PemBlock.Read(pem, "CERTIFICATE").Der), o.Place);
        }
        catch (CryptographicException refused)
        {
            o.Refuse("pem", $"is no certificate: {refused.Message}");
            return null;
        }
    }
}
