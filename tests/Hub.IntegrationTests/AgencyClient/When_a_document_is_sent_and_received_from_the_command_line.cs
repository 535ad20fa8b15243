using System.Text.Json;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.AgencyClient;

[CancelAfter(120_000)]
public class When_a_document_is_sent_and_received_from_the_command_line
{
    private const string Registry = """
        hub: H06.09/lgsp
        levels: [{code: province, nameVi: Tỉnh, nameEn: Province, order: 2}]
        agencies:
          - {code: H06, name: Tỉnh, level: province}
          - {code: H06.40, name: Huyện, level: province, parent: H06}
        systems:
          - {address: H06/qlvb, name: Tỉnh, receives: [vn.document.v1], channel: {kind: mailbox}}
          - {address: H06.40/qlvb, name: Huyện, receives: [vn.document.v1], channel: {kind: mailbox}}
        services: [{type: vn.document.v1, nameVi: Văn bản, nameEn: Document}]
        rights: [{from: "under:H06", services: ["*"], to: "under:H06"}]
        """;

    private string _folder = null!;
    private HubProcess _hub = null!;

    [OneTimeSetUp]
    public async Task StartHub()
    {
        _folder = Directory.CreateTempSubdirectory("hub-cli-").FullName;
        await File.WriteAllTextAsync(In("registry.yaml"), Registry);
        await File.WriteAllTextAsync(In("document.xml"), "<?xml version=\"1.0\"?><!-- note --><vanBan xmlns=\"urn:test\"><so>15</so><rỗng/></vanBan>");
        await File.WriteAllBytesAsync(In("large.bin"), RandomBytes(3_000_000));
        await File.WriteAllTextAsync(In("small.txt"), "Kính gửi");
        var keys = await HubProcess.RunAsync("dev-pki", In("pki"), "--registry", In("registry.yaml"));
        Assert.That(keys.ExitCode, Is.Zero, keys.ToString());
        _hub = await HubProcess.StartAsync(In("hub"), ["--development"]);
        var import = await HubProcess.RunAsync("import", In("pki/registry.yaml"), "--data", In("hub"));
        Assert.That(import.ExitCode, Is.Zero, import.ToString());
    }

    [OneTimeTearDown]
    public async Task StopHub()
    {
        if (_hub is not null) await _hub.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase("xml")]
    [TestCase("json")]
    public async Task Should_arrive_whole_and_be_answered(string encoding)
    {
        var sent = await SendAsync("--encoding", encoding, "--payload", In("document.xml"), "--attach", In("large.bin"), "--attach", In("small.txt"));
        Assert.That(sent.ExitCode, Is.Zero, sent.ToString());
        var report = JsonDocument.Parse(sent.Output).RootElement;
        Assert.That(report.GetProperty("receiptVerified").GetBoolean(), Is.True);

        var received = await ReceiveAsync("H06.40", "--wait", "10");
        Assert.That(received.ExitCode, Is.Zero, received.ToString());
        var folder = Path.Combine(In("inbox"), report.GetProperty("message").GetString()!);
        Assert.That(File.ReadAllBytes(Path.Combine(folder, "attachments", "large.bin")), Is.EqualTo(File.ReadAllBytes(In("large.bin"))));
        Assert.That(File.ReadAllText(Path.Combine(folder, "attachments", "small.txt")), Is.EqualTo("Kính gửi"));
        Assert.That(File.ReadAllText(Path.Combine(folder, "payload.xml")), Is.EqualTo("<vanBan xmlns=\"urn:test\"><so>15</so><rỗng></rỗng></vanBan>"));

        var answer = await ReceiveAsync("H06", "--wait", "10");
        Assert.That(answer.ExitCode, Is.Zero, answer.ToString());
        Assert.That(JsonDocument.Parse(answer.Output).RootElement.GetProperty("received")[0].GetProperty("type").GetString(), Is.EqualTo("hub.ack.v1"));
    }

    [Test]
    public async Task Should_get_the_same_receipt_for_the_same_id_and_refuse_other_content()
    {
        var first = await SendAsync("--id", "again-1", "--subject", "Lần một", "--receipt", In("first.receipt"));
        Assert.That(first.ExitCode, Is.Zero, first.ToString());
        var other = await SendAsync("--id", "again-1", "--subject", "Lần hai", "--receipt", In("second.receipt"));
        Assert.That((other.ExitCode, File.Exists(In("second.receipt"))), Is.EqualTo((1, false)), other.ToString());
        Assert.That(other.Error, Does.Contain("duplicate-conflict").And.Contain("What to do"));
        await ReceiveAsync("H06.40", "--wait", "10");
        await ReceiveAsync("H06", "--wait", "10");
    }

    [Test]
    public async Task Should_say_which_recipient_is_unknown()
    {
        var sent = await HubProcess.RunAsync([.. Sender(), "--to", "H99"]);
        Assert.That(sent.ExitCode, Is.EqualTo(1), sent.ToString());
        Assert.That(sent.Error, Does.Contain("unknown-recipient").And.Contain("H99"));
    }

    [Test]
    public async Task Should_tell_an_unreachable_hub_from_a_refusal()
    {
        var sent = await HubProcess.RunAsync("send", "--url", "http://127.0.0.1:9", "--from", "H06/qlvb", "--key", In("pki/H06_qlvb.key.pem"), "--to", "H06.40", "--type", "vn.document.v1");
        Assert.That(sent.ExitCode, Is.EqualTo(3), sent.ToString());
    }

    [Test]
    public async Task Should_refuse_wrong_usage_before_anything_is_sent()
    {
        var sent = await HubProcess.RunAsync([.. Sender(), "--to", "not an address"]);
        Assert.That(sent.ExitCode, Is.EqualTo(2), sent.ToString());
    }

    private Task<CommandResult> SendAsync(params string[] more) => HubProcess.RunAsync(
        [.. Sender(), "--to", "H06.40", "--log-key", In("hub/public/log.vkey"), "--json", .. more.Contains("--receipt") ? more : [.. more, "--receipt", In("receipt")]]);

    private string[] Sender() =>
        ["send", "--url", _hub.BaseAddress.ToString(), "--from", "H06/qlvb", "--key", In("pki/H06_qlvb.key.pem"), "--key-id", "k1", "--type", "vn.document.v1"];

    private Task<CommandResult> ReceiveAsync(string agency, params string[] more) => HubProcess.RunAsync(
        ["receive", "--url", _hub.BaseAddress.ToString(), "--system", $"{agency}/qlvb", "--key", In($"pki/{agency}_qlvb.key.pem"), "--key-id", "k1",
         "--out", In("inbox"), "--statement-key", In("hub/public/statement.pem"), "--json", .. more]);

    private string In(string name) => Path.Combine(_folder, name);

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
