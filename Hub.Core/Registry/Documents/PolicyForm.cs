using System.Text.Json.Nodes;

namespace Hub.Core.Registry.Documents;

/// <summary>The one object <c>policy</c>. The usual policy has no object at all.</summary>
internal sealed class PolicyForm() : SectionForm<RegistryPolicy>(RegistrySections.Policy, "policy")
{
    private static readonly RegistryPolicy Usual = new();

    internal override string Id(RegistryPolicy record) => RegistrySections.Policy;

    internal override IEnumerable<(string Member, string Text)> Naming(string id) => [];

    internal override RegistryObject ToObject(object record) =>
        Write(record) is { Count: > 0 } members ? new(Section, RegistrySections.Policy, Canonical(members)) : new(Section, RegistrySections.Policy, Json: null);

    internal override JsonObject Members(RegistryPolicy record) => new ObjectWriter()
        .Texts("singlePerson", record.SinglePerson)
        .Flag("certificatesRequired", record.CertificatesRequired)
        .Text("revocation", record.Revocation, Usual.Revocation)
        .Duration("revocationGrace", record.RevocationGrace, Usual.RevocationGrace).Json;

    internal override RegistryPolicy ReadRecord(ObjectReader o, Places places)
    {
        var policy = new RegistryPolicy
        {
            SinglePerson = o.Texts("singlePerson", 32),
            CertificatesRequired = o.Flag("certificatesRequired", otherwise: false),
            Revocation = o.Text("revocation", 16) ?? Usual.Revocation,
            RevocationGrace = o.Duration("revocationGrace", TimeSpan.Zero, TimeSpan.FromDays(366)) ?? Usual.RevocationGrace,
        };
        o.Close();
        return places.Mark(policy, o.Place);
    }
}
