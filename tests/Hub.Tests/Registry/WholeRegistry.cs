using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hub.Contracts.Addresses;
using Hub.Core.Registry;

namespace Hub.Tests.Registry;

/// <summary>A registry that uses every section and every member.</summary>
internal static class WholeRegistry
{
    internal static readonly SystemAddress HubAddress = SystemAddress.Parse("H06.09/lgsp");
    internal static readonly DateTimeOffset Now = new(2026, 3, 2, 2, 0, 0, TimeSpan.Zero);
    private static readonly Lazy<(string Ca, string Leaf)> Certificates = new(IssueCertificates);
    private static readonly Lazy<string[]> Keys = new(() => [.. Enumerable.Range(0, 6).Select(_ => RegistrySamples.PublicPem())]);

    internal static string LeafPem => Certificates.Value.Leaf;

    internal static string Yaml => $$$"""
        hub: H06.09/lgsp
        policy: {singlePerson: [service], certificatesRequired: false, revocation: strict, revocationGrace: 2h}
        levels:
          - {code: province, nameVi: Tỉnh, nameEn: Province, order: 1}
          - {code: district, nameVi: Huyện, order: 2}
          - {code: commune, nameVi: Xã, order: 3}
        agencies:
          - {code: H06, name: UBND tỉnh mẫu, level: province, territoryCode: "06"}
          - {code: H06.09, name: Sở mẫu, level: province, parent: H06}
          - {code: H06.40, name: UBND huyện mẫu, level: district, parent: H06}
          - {code: H06.41, name: UBND huyện khác, level: district, parent: H06, validUntil: 2020-01-01}
          - {code: H06.50, name: Xã mới, level: commune, parent: H06, validFrom: 2026-07-01, territoryCode: "01234"}
          - {code: H06.51, name: Xã cũ, level: commune, parent: H06.40}
          - {code: H06.52, name: Xã khác, level: commune, parent: H06.40}
        codes:
          - {scheme: qcvn102, code: 000.01.51.H06, agency: H06.51, validUntil: 2025-07-01}
          - {scheme: qd20, code: H06.77, agency: H06.51}
          - {scheme: territory, code: "01235", agency: H06.51, validFrom: 2026-01-01}
        reorganisations:
          - {id: nq-1, on: 2025-07-01, basis: Nghị quyết 1, acts: [{act: rename, agency: H06.51, name: Phường cũ}]}
          - id: nq-2
            on: 2026-07-01
            basis: Nghị quyết 2
            acts:
              - {act: move, agency: H06.51, parent: H06, level: commune}
              - {act: move, agency: H06.52, parent: H06}
              - {act: split, agency: H06.40, successors: [{agency: H06.51, scope: [land, vn.report.v1]}, {agency: H06.50}]}
              - {act: split, agency: H06.52, closes: false, inheritRights: false, successors: [{agency: H06.51, scope: [vn.report.v1]}]}
          - {id: nq-3, on: 2027-01-01, basis: Nghị quyết 3, acts: [{act: reopen, agency: H06.40}, {act: dissolve, agency: H06.52, policy: refuse}]}
        anchors:
          - {name: ca1, pem: {{{RegistrySamples.Quoted(Certificates.Value.Ca)}}}}
        services:
          - {type: vn.document.v1, nameVi: Văn bản, nameEn: Document, maxBytes: 100000, provider: H06.09, description: "Một\nhai", function: documents, order: conversation, onDead: skip, retentionDays: 3650}
          - type: vn.report.v1
            nameVi: Báo cáo
            minimumAssurance: hub-attested
            searchable: [{name: period, path: /period}]
            schema: {format: json-schema, dialect: "https://json-schema.org/draft/2020-12/schema", text: "{\"type\": \"object\"}"}
            deprecated: 2026-06-01
            sunset: 2027-06-01
            replacedBy: vn.report.v2
          - {type: vn.report.v2, nameVi: Báo cáo, reply: vn.reply.v1, timeLimit: 10s, function: land}
          - {type: vn.reply.v1, nameVi: Trả lời}
          - {type: vn.secret.v1, nameVi: Mật, confidentiality: end-to-end}
        groups:
          - {name: communes, version: 3, nameVi: Các xã, rule: {level: commune, under: H06, receives: vn.document.v1}}
          - {name: listed, members: [H06.51, H06.52/qlvb]}
        people:
          - {name: lan.nguyễn, role: operator, under: H06, content: true, validFrom: 2026-01-01, validUntil: 2028-01-01, keys: [{id: p1, pem: {{{RegistrySamples.Quoted(Keys.Value[0])}}}}]}
          - {name: auditor-1, role: auditor, keys: [{id: p1, pem: {{{RegistrySamples.Quoted(Keys.Value[1])}}}, proof: aaa.bbb.ccc}]}
        systems:
          - address: H06/qlvb
            name: Quản lý văn bản tỉnh
            receives: [vn.document.v1, vn.report.v2]
            channel: {kind: push, url: "https://qlvb.example/in"}
            policy: {maxAttempts: 5, factor: 1.5, jitter: 0.000001}
            keys:
              - {id: k1, pem: {{{RegistrySamples.Quoted(LeafPem)}}}}
              - {id: k2, use: encryption, pem: {{{RegistrySamples.Quoted(Keys.Value[2])}}}, notBefore: 2026-01-01, notAfter: 2027-01-01T00:00:00.5Z, revoked: 2026-12-01}
          - {address: H06.51/qlvb, name: Xã cũ, receives: [vn.document.v1], keys: [{id: k1, pem: {{{RegistrySamples.Quoted(Keys.Value[3])}}}}]}
          - {address: H06.52/qlvb, name: Xã khác, receives: [vn.document.v1], keys: [{id: k1, pem: {{{RegistrySamples.Quoted(Keys.Value[4])}}}, certificateSha256: {{{new string('a', 64)}}}}]}
          - {address: H06.09/archive, name: Kho, channel: {kind: app, app: archive}}
        rights:
          - {from: "under:H06", services: [vn.document.v1], to: "group:communes"}
          - {id: thoa-thuan-7, from: H06/qlvb, services: ["*"], to: H06.52, maxPriority: 4, validFrom: 2026-01-01, validUntil: 2027-01-01, conditions: {maxBytes: 1000, sealed: true, attachments: false}, basis: Thỏa thuận 7}
        """;

    internal static RegistryContent Content => RegistryDocument.Read(Yaml, HubAddress, development: false).Content;

    private static (string Ca, string Leaf) IssueCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        using var authority = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1000));
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leaf = new CertificateRequest("CN=H06 qlvb", own, HashAlgorithmName.SHA256);
        leaf.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        leaf.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        leaf.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension(["http://crl.example/ca.crl"]));
        using var issued = leaf.Create(authority, Now.AddDays(-1), Now.AddDays(900), [1, 2, 3]);
        return (authority.ExportCertificatePem(), issued.ExportCertificatePem());
    }
}
