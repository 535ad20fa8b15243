using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.IntegrationTests.Agencies;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.Backup;

/// <summary>A hub with one sender and one mailbox, and somebody's keys for its backups, in a folder of its own.</summary>
internal sealed class BackupBench : IDisposable
{
    internal BackupBench()
    {
        Folder = Directory.CreateTempSubdirectory("hub-bak-").FullName;
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(In("public.pem"), key.ExportSubjectPublicKeyInfoPem());
        File.WriteAllText(In("private.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    internal string Folder { get; }

    internal string Data => In("hub");

    internal TestAgency Sender { get; } = new("Z97/sender");

    internal TestAgency Mailbox { get; } = new("Z97.01/mailbox");

    internal string In(string name) => Path.Combine(Folder, name);

    internal async Task ImportAsync()
    {
        await File.WriteAllTextAsync(In("registry.yaml"), $$"""
            hub: Z97/hub
            levels: [{code: central, nameVi: Trung ương, nameEn: Central, order: 1}]
            agencies:
              - {code: Z97, name: Cơ quan gửi, level: central, verified: false}
              - {code: Z97.01, name: Cơ quan nhận, level: central, parent: Z97, verified: false}
            services: [{type: vn.document.v1, nameVi: Văn bản, nameEn: Document}]
            rights: [{from: "under:Z97", services: [vn.document.v1], to: "under:Z97"}]
            systems:
            {{Sender.RegistryYaml("{kind: mailbox}")}}
            {{Mailbox.RegistryYaml("{kind: mailbox}")}}
            """);
        await RunAsync("import", In("registry.yaml"));
    }

    internal Task<HubProcess> StartAsync()
    {
        Sender.ForgetToken();
        Mailbox.ForgetToken();
        return HubProcess.StartAsync(Data, ["--address", "Z97/hub"]);
    }

    /// <summary>Runs a command on the hub's folder; it must succeed.</summary>
    internal async Task<CommandResult> RunAsync(params string[] arguments)
    {
        var result = await HubProcess.RunAsync([.. arguments, "--data", Data]);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        return result;
    }

    internal Task<CommandResult> BackUpAsync(string file) => HubProcess.RunAsync("backup", "--to", In(file), "--recipient", In("public.pem"), "--data", Data);

    internal async Task<JsonNode> VerifyAsync(string file, bool holds = true)
    {
        var result = await HubProcess.RunAsync("verify", In(file), "--key", In("private.pem"), "--keys", Path.Combine(Data, "keys"), "--json");
        Assert.That(result.ExitCode, Is.EqualTo(holds ? 0 : 1), result.ToString());
        return JsonNode.Parse(result.Output)!;
    }

    internal Task<byte[]> SignAsync(string id, DateTimeOffset? created = null, string? text = null)
    {
        var envelope = Sender.Document(id, text ?? $"Nội dung {id}", Mailbox.Address.ToString());
        return EnvelopeCodec.SignAsync(created is { } at ? envelope with { Created = at } : envelope, EnvelopeEncoding.Json, Sender.Signer, CancellationToken.None).AsTask();
    }

    /// <summary>Sends; the receipt.</summary>
    internal async Task<string> SendAsync(Uri hub, byte[] octets, HttpStatusCode expected = HttpStatusCode.Accepted)
    {
        using var answer = await Sender.SubmitAsync(hub, octets);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(expected), text);
        return text;
    }

    public void Dispose()
    {
        Sender.Dispose();
        Mailbox.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
