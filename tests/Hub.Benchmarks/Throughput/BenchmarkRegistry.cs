using System.Security.Cryptography;
using System.Text;

namespace Hub.Benchmarks.Throughput;

/// <summary>The registry of a benchmark: one sender, four pushed recipients, one right.</summary>
internal static class BenchmarkRegistry
{
    internal const string Sender = "Z97/sender";

    internal static readonly IReadOnlyList<string> Recipients = ["Z97/sink-1", "Z97/sink-2", "Z97/sink-3", "Z97/sink-4"];

    /// <summary>Writes <c>registry.yaml</c> into a folder and returns the sender's private key, which is made for this run.</summary>
    internal static async Task<string> WriteAsync(string folder, string sinkUrl, string algorithm)
    {
        string privatePem, publicPem;
        if (algorithm.StartsWith("ES", StringComparison.Ordinal))
        {
            using var key = ECDsa.Create(algorithm == "ES384" ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256);
            (privatePem, publicPem) = (key.ExportPkcs8PrivateKeyPem(), key.ExportSubjectPublicKeyInfoPem());
        }
        else
        {
            using var key = RSA.Create(2048);
            (privatePem, publicPem) = (key.ExportPkcs8PrivateKeyPem(), key.ExportSubjectPublicKeyInfoPem());
        }

        var yaml = new StringBuilder($$"""
            hub: Z97/hub
            levels: [{code: central, nameVi: Trung ương, nameEn: Central, order: 1}]
            agencies: [{code: Z97, name: Cơ quan đo, level: central, verified: false}]
            services: [{type: vn.document.v1, nameVi: Văn bản, nameEn: Document}]
            rights: [{from: Z97/sender, services: [vn.document.v1], to: Z97}]
            systems:
              - address: Z97/sender
                name: Sender
                channel: {kind: mailbox}
                keys:
                  - id: k1
                    pem: |
                      {{publicPem.Replace("\n", "\n          ", StringComparison.Ordinal)}}

            """);
        foreach (var recipient in Recipients)
        {
            yaml.Append($$"""
                  - address: {{recipient}}
                    name: Sink
                    receives: [vn.document.v1]
                    channel: {kind: push, url: "{{sinkUrl}}/in/{{recipient[4..]}}", allowPrivate: true}
                    policy: {maxInFlight: 16, timeout: 30s}

                """);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "registry.yaml"), yaml.ToString());
        return privatePem;
    }
}
