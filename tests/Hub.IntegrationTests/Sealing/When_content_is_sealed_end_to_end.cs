using System.Text;
using System.Text.Json;
using Hub.Host.DevPki;
using Hub.IntegrationTests.Processes;
using YamlDotNet.RepresentationModel;

namespace Hub.IntegrationTests.Sealing;

/// <summary>Agencies seal and open on their command lines; the hub between them carries what it cannot read.</summary>
[CancelAfter(180_000)]
public class When_content_is_sealed_end_to_end
{
    private const string Secret = "mật khẩu két sắt 7391";

    private const string Registry = """
        hub: H06.09/lgsp
        levels: [{code: province, nameVi: Tỉnh, nameEn: Province, order: 2}]
        agencies:
          - {code: H06, name: Tỉnh, level: province}
          - {code: H06.40, name: Một, level: province, parent: H06}
          - {code: H06.41, name: Hai, level: province, parent: H06}
          - {code: H06.42, name: Ba, level: province, parent: H06}
          - {code: H06.43, name: Bốn, level: province, parent: H06}
        systems:
          - {address: H06/qlvb, name: Tỉnh, receives: [vn.personnel.v1], channel: {kind: mailbox}}
          - {address: H06.40/qlvb, name: Một, receives: [vn.personnel.v1], channel: {kind: mailbox}}
          - {address: H06.41/qlvb, name: Hai, receives: [vn.personnel.v1], channel: {kind: mailbox}}
          - {address: H06.42/qlvb, name: Ba, receives: [vn.personnel.v1], channel: {kind: mailbox}}
          - {address: H06.43/qlvb, name: Bốn, receives: [vn.personnel.v1], channel: {kind: mailbox}}
        services: [{type: vn.personnel.v1, nameVi: Nhân sự, nameEn: Personnel, confidentiality: end-to-end}]
        groups: [{name: three, nameVi: Ba huyện, version: 1, members: [H06.40, H06.41, H06.42]}]
        rights: [{from: "under:H06", services: ["*"], to: "under:H06"}]
        """;

    private static readonly string[] Three = ["H06.40", "H06.41", "H06.42"];

    private string _folder = null!;
    private HubProcess _hub = null!;

    [OneTimeSetUp]
    public async Task StartHub()
    {
        _folder = Directory.CreateTempSubdirectory("hub-seal-").FullName;
        await File.WriteAllTextAsync(In("registry.yaml"), Registry);
        await File.WriteAllTextAsync(In("note.xml"), $"<ghiChu xmlns=\"urn:test\">{Secret}</ghiChu>");
        await File.WriteAllTextAsync(In("note.json"), $"{{\"ghiChu\":\"{Secret}\"}}");
        await File.WriteAllTextAsync(In($"Quyết định {Secret}.txt"), string.Concat(Enumerable.Repeat(Secret, 60_000)));
        await OkAsync("dev-pki", In("pki"), "--system", "H06.41/qlvb", "--algorithm", "rsa", "--encryption");
        await OkAsync("dev-pki", In("pki"), "--registry", In("registry.yaml"), "--encryption");
        await File.WriteAllTextAsync(In("pki/registry.yaml"), WithoutEncryptionKey(await File.ReadAllTextAsync(In("pki/registry.yaml")), "H06.43/qlvb"));
        _hub = await HubProcess.StartAsync(In("hub"), ["--development"]);
        await OkAsync("import", In("pki/registry.yaml"), "--data", In("hub"));
    }

    [OneTimeTearDown]
    public async Task StopHub()
    {
        if (_hub is not null) await _hub.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase("xml", "xmlenc", "note.xml", "H06.40")]
    [TestCase("json", "jwe", "note.json", "H06.40")]
    [TestCase("xml", "jwe", "note.json", "H06.41")]
    [TestCase("json", "xmlenc-mgf1p", "note.xml", "H06.41")]
    public async Task Should_be_opened_by_the_other_side_alone_both_ways(string encoding, string format, string payload, string other)
    {
        foreach (var (from, to) in new[] { ("H06", other), (other, "H06") })
        {
            var message = await SendAsync(from, to, "--encoding", encoding, "--seal-format", format, "--payload", In(payload), "--seal-key", PublicKey(to));
            var folder = await ReceiveAsync(to, message, "--unseal-key", PrivateKey(to));
            Assert.That(File.ReadAllText(Path.Combine(folder, "plain", $"payload{Path.GetExtension(payload)}")), Is.EqualTo(File.ReadAllText(In(payload))));
            Assert.That(Finds(folder, Secret, except: "plain"), Is.Empty);
        }

        TheHubKnowsNothing();
    }

    [Test]
    public async Task Should_be_opened_by_every_member_of_a_group_with_its_attachment()
    {
        var file = In($"Quyết định {Secret}.txt");
        var message = await SendAsync("H06", "group:three", ["--payload", In("note.json"), "--attach", file, "--seal-names", .. Three.SelectMany(to => (string[])["--seal-key", PublicKey(to)])]);
        foreach (var to in Three)
        {
            var folder = await ReceiveAsync(to, message, "--unseal-key", PrivateKey(to));
            Assert.That(File.ReadAllText(Path.Combine(folder, "plain", "payload.json")), Is.EqualTo(File.ReadAllText(In("note.json"))));
            Assert.That(File.ReadAllText(Path.Combine(folder, "plain", "attachments", Path.GetFileName(file))), Is.EqualTo(File.ReadAllText(file)));
            Assert.That(File.Exists(Path.Combine(folder, "attachments", "attachment-1.jwe")), Is.True);
        }

        TheHubKnowsNothing();
    }

    [TestCase("group:three", "H06.40", "H06.41", "H06.42")]
    [TestCase("H06.41/qlvb", "H06.41")]
    public async Task Should_be_sealed_with_the_keys_that_the_registry_has(string to, params string[] agencies)
    {
        var message = await SendAsync("H06", to, "--payload", In("note.xml"), "--attach", In("note.json"), "--seal");
        foreach (var agency in agencies)
        {
            var folder = await ReceiveAsync(agency, message, "--unseal-key", PrivateKey(agency));
            Assert.That(File.ReadAllText(Path.Combine(folder, "plain", "payload.xml")), Is.EqualTo(File.ReadAllText(In("note.xml"))));
            Assert.That(File.ReadAllText(Path.Combine(folder, "plain", "attachments", "note.json")), Is.EqualTo(File.ReadAllText(In("note.json"))));
        }

        TheHubKnowsNothing();
    }

    [TestCase("--payload", "note.json")]
    [TestCase("--attach", "note.json")]
    public async Task Should_be_refused_by_the_hub_when_it_is_plain(string option, string file)
    {
        var sent = await HubProcess.RunAsync(["send", .. Identity("H06", "--from"), "--to", "H06.40", "--type", "vn.personnel.v1", "--receipt", In("plain.receipt"), option, In(file)]);
        Assert.That((sent.ExitCode, File.Exists(In("plain.receipt"))), Is.EqualTo((1, false)), sent.ToString());
        Assert.That(sent.Error, Does.Contain("confidentiality-required"));
    }

    [Test]
    public async Task Should_not_be_sent_to_who_has_no_encryption_key()
    {
        var sent = await HubProcess.RunAsync(["send", .. Identity("H06", "--from"), "--to", "H06.43", "--to", "H06.40", "--type", "vn.personnel.v1", "--receipt", In("never.receipt"), "--payload", In("note.xml"), "--seal"]);
        Assert.That((sent.ExitCode, File.Exists(In("never.receipt"))), Is.EqualTo((1, false)), sent.ToString());
        Assert.That(sent.Error, Does.Contain("confidentiality-required").And.Contain("H06.43/qlvb").And.Not.Contain("H06.40/qlvb"));
    }

    [Test]
    public async Task Should_be_given_back_by_who_has_the_wrong_key_and_opened_with_the_right_one()
    {
        var message = await SendAsync("H06", "H06.42", "--payload", In("note.json"), "--seal-key", PublicKey("H06.42"));
        var wrong = await HubProcess.RunAsync(Receive("H06.42", "--unseal-key", PrivateKey("H06.40")));
        Assert.That(wrong.ExitCode, Is.EqualTo(1), wrong.ToString());
        Assert.That(wrong.Output, Does.Contain("unsealing-failed"));
        var folder = await ReceiveAsync("H06.42", message, "--unseal-key", PrivateKey("H06.42"));
        Assert.That(File.Exists(Path.Combine(folder, "plain", "payload.json")), Is.True);
    }

    [Test]
    public async Task Should_be_given_back_when_it_was_copied_from_another_message()
    {
        await OkAsync("seal", In("note.json"), "--from", "H06.41/qlvb", "--key", PublicKey("H06.42"), "--out", In("copied.jwe"));
        var copied = await HubProcess.RunAsync("unseal", In("copied.jwe"), "--key", PrivateKey("H06.42"), "--from", "H06/qlvb", "--to", "H06.42/qlvb", "--out", In("copied.json"));
        Assert.That((copied.ExitCode, File.Exists(In("copied.json"))), Is.EqualTo((1, false)), copied.ToString());
        await OkAsync("unseal", In("copied.jwe"), "--key", PrivateKey("H06.42"), "--from", "H06.41/qlvb", "--to", "H06.42/qlvb", "--out", In("copied.json"));
        Assert.That(File.ReadAllText(In("copied.json")), Is.EqualTo(File.ReadAllText(In("note.json"))));
    }

    [TestCase("jwe")]
    [TestCase("xmlenc")]
    public async Task Should_be_sealed_and_opened_without_a_hub(string format)
    {
        var target = In($"alone.{format}");
        await OkAsync("seal", In("note.xml"), "--format", format, "--key", In("pki/H06.40_qlvb.enc.cert.pem"), "--key-id", "e1", "--key", PublicKey("H06.41"), "--out", target);
        Assert.That(File.ReadAllText(target), Does.Not.Contain(Secret));
        foreach (var agency in (string[])["H06.40", "H06.41"])
        {
            await OkAsync("unseal", target, "--key", PrivateKey(agency), "--out", In($"alone.{format}.{agency}"));
            Assert.That(File.ReadAllText(In($"alone.{format}.{agency}")), Is.EqualTo(File.ReadAllText(In("note.xml"))));
        }

        var again = await HubProcess.RunAsync("unseal", target, "--key", PrivateKey("H06.40"), "--out", In($"alone.{format}.H06.40"));
        Assert.That(again.ExitCode, Is.EqualTo(2), again.ToString());
        var stranger = await HubProcess.RunAsync("unseal", target, "--key", PrivateKey("H06.42"));
        Assert.That((stranger.ExitCode, stranger.Error.Contains("unsealing-failed", StringComparison.Ordinal)), Is.EqualTo((1, true)), stranger.ToString());
    }

    [TestCase("--seal-format", "xmlenc", "--payload", "note.json")]
    [TestCase("--seal-names", "--payload", "note.json", "--subject")]
    public async Task Should_not_be_sent_when_the_seal_cannot_be_as_asked(params string[] more)
    {
        var arguments = more.Select(word => word.StartsWith("note", StringComparison.Ordinal) ? In(word) : word).ToList();
        if (more[^1] == "--subject") arguments.Add("x");
        else arguments.AddRange(["--seal-key", PublicKey("H06.40")]);
        var sent = await HubProcess.RunAsync(["send", .. Identity("H06", "--from"), "--to", "H06.40", "--type", "vn.personnel.v1", "--receipt", In("never.receipt"), .. arguments]);
        Assert.That((sent.ExitCode is 1 or 2, File.Exists(In("never.receipt"))), Is.EqualTo((true, false)), sent.ToString());
    }

    private static string WithoutEncryptionKey(string yaml, string system)
    {
        var root = RegistryKeys.Load(yaml);
        var item = ((YamlSequenceNode)root["systems"]).Single(node => ((YamlScalarNode)node["address"]).Value == system);
        ((YamlSequenceNode)item["keys"]).Children.RemoveAt(1);
        return RegistryKeys.Write(root);
    }

    /// <summary>Neither in its data nor in its log. That the search can find something is shown by the message's type.</summary>
    private void TheHubKnowsNothing()
    {
        Assert.That(Finds(In("hub"), "vn.personnel.v1"), Is.Not.Empty);
        Assert.That(Finds(In("hub"), Secret), Is.Empty);
        Assert.That(_hub.Log, Does.Not.Contain(Secret));
    }

    private static List<string> Finds(string folder, string text, string? except = null)
    {
        var octets = Encoding.UTF8.GetBytes(text);
        return [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => new FileInfo(file).Length > 0 && (except is null || !file.StartsWith(Path.Combine(folder, except), StringComparison.Ordinal)))
            .Where(file => Holds(file, octets))];
    }

    private static bool Holds(string file, byte[] octets)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var whole = new MemoryStream();
        stream.CopyTo(whole);
        return whole.GetBuffer().AsSpan(0, (int)whole.Length).IndexOf(octets) >= 0;
    }

    private async Task<string> SendAsync(string from, string to, params string[] more)
    {
        var sent = await OkAsync(["send", .. Identity(from, "--from"), "--to", to, "--type", "vn.personnel.v1", "--receipt", In("receipt"), "--json", .. more]);
        return JsonDocument.Parse(sent.Output).RootElement.GetProperty("message").GetString()!;
    }

    /// <summary>Receives until the message is there, past acknowledgements of earlier ones; its folder.</summary>
    private async Task<string> ReceiveAsync(string agency, string message, params string[] more)
    {
        for (var turn = 0; turn < 5; turn++)
        {
            var received = await OkAsync(Receive(agency, more));
            foreach (var item in JsonDocument.Parse(received.Output).RootElement.GetProperty("received").EnumerateArray())
                if (item.GetProperty("message").GetString() == message) return item.GetProperty("folder").GetString()!;
        }

        throw new AssertionException($"{agency} did not get {message}.");
    }

    private string[] Receive(string agency, params string[] more) => ["receive", .. Identity(agency, "--system"), "--out", In($"inbox-{agency}"), "--wait", "30", "--json", .. more];

    private string[] Identity(string agency, string option) =>
        ["--url", _hub.BaseAddress.ToString(), option, $"{agency}/qlvb", "--key", In($"pki/{agency}_qlvb.key.pem")];

    private string PublicKey(string agency) => $"{agency}/qlvb#e1={In($"pki/{agency}_qlvb.enc.cert.pem")}";

    private string PrivateKey(string agency) => $"e1={In($"pki/{agency}_qlvb.enc.key.pem")}";

    private static async Task<CommandResult> OkAsync(params string[] arguments)
    {
        var result = await HubProcess.RunAsync(arguments);
        Assert.That(result.ExitCode, Is.Zero, $"hub {string.Join(' ', arguments)}\n{result}");
        return result;
    }

    private string In(string name) => Path.Combine(_folder, name);
}
