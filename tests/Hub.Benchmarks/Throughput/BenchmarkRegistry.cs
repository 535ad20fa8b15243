using System.Text;

namespace Hub.Benchmarks.Throughput;

/// <summary>The registry of a benchmark: one sender, some pushed recipients (four, if nothing else is said), a group of all of them, one right.</summary>
internal static class BenchmarkRegistry
{
    internal const string Sender = "Z97/sender";

    /// <summary>Pushes at once to one recipient.</summary>
    internal const int MaxInFlight = 16;

    internal static readonly IReadOnlyList<string> Recipients = ["Z97/sink-1", "Z97/sink-2", "Z97/sink-3", "Z97/sink-4"];

    /// <summary>Where the sink takes what is pushed to a recipient.</summary>
    internal static string PushUrl(string sinkUrl, string recipient) => $"{sinkUrl}/in/{recipient[4..]}";

    /// <summary>Writes <c>registry.yaml</c> into a folder and gives its path.</summary>
    internal static async Task<string> WriteAsync(string folder, string sinkUrl, SenderKey sender, IReadOnlyList<string>? recipients = null)
    {
        recipients ??= Recipients;
        var yaml = new StringBuilder($$"""
            hub: Z97/hub
            levels: [{code: central, nameVi: Trung ương, nameEn: Central, order: 1}]
            agencies: [{code: Z97, name: Cơ quan đo, level: central, verified: false}]
            services: [{type: vn.document.v1, nameVi: Văn bản, nameEn: Document}]
            groups: [{name: all, version: 1, nameVi: Tất cả, members: [{{string.Join(", ", recipients)}}]}]
            rights: [{from: Z97/sender, services: [vn.document.v1], to: Z97}]
            systems:
              - address: Z97/sender
                name: Sender
                channel: {kind: mailbox}
                keys:
                  - id: k1
                    pem: |
                      {{sender.PublicPem.Replace("\n", "\n          ", StringComparison.Ordinal)}}

            """);
        foreach (var recipient in recipients)
        {
            yaml.Append($$"""
                  - address: {{recipient}}
                    name: Sink
                    receives: [vn.document.v1]
                    channel: {kind: push, url: "{{PushUrl(sinkUrl, recipient)}}", allowPrivate: true}
                    policy: {maxInFlight: {{MaxInFlight}}, timeout: 30s}

                """);
        }

        var path = Path.Combine(folder, "registry.yaml");
        await File.WriteAllTextAsync(path, yaml.ToString());
        return path;
    }
}
