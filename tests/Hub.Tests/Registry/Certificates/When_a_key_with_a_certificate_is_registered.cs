using System.Security.Cryptography;
using Hub.Contracts.Problems;
using Hub.Core.Registry;
using static Hub.Tests.Registry.RegistrySamples;

namespace Hub.Tests.Registry.Certificates;

public sealed class When_a_key_with_a_certificate_is_registered
{
    private readonly TestAuthority _root = new();
    private readonly TestAuthority _namesake = new();

    [OneTimeTearDown]
    public void Close()
    {
        _root.Dispose();
        _namesake.Dispose();
    }

    [Test]
    public void Should_take_one_that_leads_to_an_anchor() => Assert.That(Refused(_root.Issue("k1")), Is.Null);

    [Test]
    public void Should_refuse_one_of_another_authority_with_the_same_name() =>
        Assert.That(Refused(_namesake.Issue("k1")), Is.EqualTo(ProblemCode.CertificateInvalid));

    [Test]
    public void Should_not_judge_again_what_stands_already()
    {
        var key = _namesake.Issue("k1");
        Assert.That(Refused(key, before: Read(Yaml(key, anchor: false))), Is.Null);
    }

    [Test]
    public void Should_refuse_an_anchor_that_is_no_authority()
    {
        var key = _root.Issue("k1");
        var refused = Assert.Throws<ProblemException>(() => Read(Yaml(_root.Issue("k1")).Replace(Block(_root.Anchor.Certificate), Block(key.Certificate!.Value), StringComparison.Ordinal)));
        Assert.That(refused!.Code, Is.EqualTo(ProblemCode.RegistryInvalid));
    }

    private ProblemCode? Refused(SystemKey key, RegistryContent? before = null)
    {
        try
        {
            Read(Yaml(key), before);
            return null;
        }
        catch (ProblemException refused)
        {
            return refused.Code;
        }
    }

    private static RegistryContent Read(string yaml, RegistryContent? before = null) =>
        RegistryDocument.Read(yaml, HubAddress, development: false, before).Content;

    private string Yaml(SystemKey key, bool anchor = true) => $$"""
        hub: {{HubAddress}}
        levels: [{code: province, nameVi: Tỉnh, nameEn: Province, order: 2}]
        agencies: [{code: H06, name: Tỉnh, level: province, verified: false}]
        anchors: [{{(anchor ? $$"""{name: root, pem: "{{Block(_root.Anchor.Certificate)}}"}""" : "")}}]
        systems: [{address: H06/qlvb, name: Q, channel: {kind: mailbox}, keys: [{id: k1, pem: "{{Block(key.Certificate!.Value)}}"}]}]
        """;

    private static string Block(ReadOnlyMemory<byte> der) => PemEncoding.WriteString("CERTIFICATE", der.Span).Replace("\n", "\\n", StringComparison.Ordinal);
}
