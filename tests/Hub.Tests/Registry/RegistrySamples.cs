using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Core.Registry;

namespace Hub.Tests.Registry;

/// <summary>A small province for tests, with fresh P-256 keys.</summary>
internal static class RegistrySamples
{
    internal static readonly SystemAddress HubAddress = SystemAddress.Parse("H06.09/lgsp");
    internal static readonly DateTimeOffset Now = new(2026, 3, 2, 2, 0, 0, TimeSpan.Zero);

    internal static string PublicPem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportSubjectPublicKeyInfoPem();
    }

    internal static string Quoted(string pem) => '"' + pem.Replace("\n", "\\n", StringComparison.Ordinal) + '"';

    /// <summary>Ministry G22, province H06 with district H06.40 and two communes, a closed commune, and the hub's own office.</summary>
    internal static string Yaml(string? qlvbPem = null, string? communePem = null) => $$$"""
        hub: H06.09/lgsp
        levels:
          - {code: central, nameVi: Trung ương, nameEn: Central, order: 1}
          - {code: province, nameVi: Tỉnh, nameEn: Province, order: 2}
          - {code: district, nameVi: Huyện, nameEn: District, order: 3}
          - {code: commune, nameVi: Xã, nameEn: Commune, order: 4}
        agencies:
          - {code: G22, name: Bộ mẫu, level: central}
          - {code: H06, legacyCode: 000.00.00.H06, name: UBND tỉnh mẫu, level: province, parent: G22, verified: false}
          - {code: H06.09, name: Sở mẫu, level: province, parent: H06}
          - {code: H06.40, name: UBND huyện mẫu, level: district, parent: H06, validUntil: 2026-07-01}
          - {code: H06.40.01, legacyCode: 000.01.40.H06, name: Xã Một, level: commune, parent: H06.40}
          - {code: H06.40.02, name: Xã Hai, level: commune, parent: H06.40}
          - {code: H06.40.03, name: Xã Ba (đã đóng), level: commune, parent: H06.40, validUntil: 2020-01-01}
        systems:
          - address: H06/qlvb
            name: Quản lý văn bản tỉnh
            receives: [vn.document.v1]
            channel: {kind: push, url: "http://127.0.0.1:9001/in", allowPrivate: true}
            policy: {maxAttempts: 5, firstDelay: 1s, maxDelay: 1m, timeout: 10s}
            keys: [{id: k1, pem: {{{Quoted(qlvbPem ?? PublicPem())}}}}]
          - {address: H06.40/qlvb, name: Huyện, receives: [vn.document.v1], keys: [{id: k1, pem: {{{Quoted(PublicPem())}}}}]}
          - {address: H06.40.01/qlvb, name: Xã Một, receives: [vn.document.v1], keys: [{id: k1, pem: {{{Quoted(communePem ?? PublicPem())}}}}]}
          - {address: H06.40.02/qlvb, name: Xã Hai, receives: [vn.document.v1, vn.report.v1], keys: [{id: k1, pem: {{{Quoted(PublicPem())}}}}]}
          - {address: H06.40.02/hai, name: Xã Hai khác, receives: [vn.report.v1], keys: [{id: k1, pem: {{{Quoted(PublicPem())}}}}]}
          - {address: H06.40.03/qlvb, name: Xã Ba, receives: [vn.document.v1], keys: [{id: k1, pem: {{{Quoted(PublicPem())}}}}]}
          - {address: H06.09/archive, name: Kho, receives: [vn.document.v1], channel: {kind: app, app: archive}}
        services:
          - {type: vn.document.v1, nameVi: Văn bản, nameEn: Document, maxBytes: 100000}
          - {type: vn.report.v1, nameVi: Báo cáo, minimumAssurance: hub-attested}
        groups:
          - {name: communes, version: 3, nameVi: Các xã, members: [H06.40.01, H06.40.02/qlvb]}
          - {name: mixed, members: [H06.40.03, H06.40.01]}
        rights:
          - {from: "under:H06", services: [vn.document.v1], to: "under:H06"}
          - {from: H06/qlvb, services: ["*"], to: H06.40.02, maxPriority: 4, validFrom: 2026-01-01, validUntil: 2027-01-01}
        """;

    internal static RegistryContent Content(string? yaml = null) =>
        RegistryDocument.Read(yaml ?? Yaml(), HubAddress, development: false).Content;

    internal static RegistrySnapshot Snapshot(string? yaml = null) => new(1, Content(yaml));
}
