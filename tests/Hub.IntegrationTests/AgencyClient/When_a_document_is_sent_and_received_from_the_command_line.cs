using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
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

    [TestCase("xml", "envelope.xml")]
    [TestCase("json", "envelope.jws")]
    public async Task Should_take_once_what_is_sent_again(string encoding, string kept)
    {
        var receipt = In($"again.{encoding}.receipt");
        string[] arguments = ["--id", $"again-{encoding}", "--encoding", encoding, "--payload", In("document.xml"), "--created", Rfc3339.Format(TimeProvider.System.GetUtcNow())];
        var first = await SendAsync([.. arguments, "--receipt", receipt]);
        Assert.That(first.ExitCode, Is.Zero, first.ToString());
        var resent = await ResendAsync("--resend", $"{receipt}.{kept}", "--receipt", In("resent.receipt"));
        Assert.That(resent.ExitCode, Is.Zero, resent.ToString());
        var signedAgain = await SendAsync([.. arguments, "--receipt", In("signed-again.receipt")]);
        Assert.That(signedAgain.ExitCode, Is.Zero, signedAgain.ToString());
        var identical = await SendAsync([.. arguments, "--receipt", receipt]);
        Assert.That(identical.ExitCode, Is.Zero, identical.ToString());
        Assert.That(File.ReadAllText(In("resent.receipt")), Is.EqualTo(File.ReadAllText(receipt)));
        Assert.That(File.ReadAllText(In("signed-again.receipt")), Is.EqualTo(File.ReadAllText(receipt)));
        await ReceiveAsync("H06.40", "--wait", "10");
        await ReceiveAsync("H06", "--wait", "10");
    }

    [Test]
    public async Task Should_not_lose_a_kept_envelope_to_another_signing_of_the_message()
    {
        var kept = In("kept.jws");
        string[] arguments = [.. Sender(), "--to", "H06.40", "--id", "kept-1", "--receipt", In("kept.receipt"), "--envelope-out", kept];
        arguments[2] = "http://127.0.0.1:9";
        var unreachable = await HubProcess.RunAsync(arguments);
        Assert.That(unreachable.ExitCode, Is.EqualTo(3), unreachable.ToString());
        Assert.That(unreachable.Error, Does.Contain($"--resend {kept}"));
        var octets = File.ReadAllBytes(kept);
        arguments[2] = _hub.BaseAddress.ToString();
        var other = await HubProcess.RunAsync(arguments);
        Assert.That(other.ExitCode, Is.EqualTo(2), other.ToString());
        Assert.That(File.ReadAllBytes(kept), Is.EqualTo(octets));
        var resent = await ResendAsync("--resend", kept, "--receipt", In("kept.receipt"));
        Assert.That(resent.ExitCode, Is.Zero, resent.ToString());
        await ReceiveAsync("H06.40", "--wait", "10");
        await ReceiveAsync("H06", "--wait", "10");
    }

    [TestCase("--receipt")]
    [TestCase("--envelope-out")]
    public async Task Should_send_nothing_whose_evidence_cannot_be_kept(string option)
    {
        var sent = await HubProcess.RunAsync([.. Sender(), "--to", "H06.40", "--id", $"unkept{option}", option, In("no-such-folder/file")]);
        Assert.That(sent.ExitCode, Is.EqualTo(2), sent.ToString());
        var shown = await HubProcess.RunAsync("show", MessageKey.Of(SystemAddress.Parse("H06/qlvb"), $"unkept{option}").Value, "--data", In("hub"));
        Assert.That(shown.ExitCode, Is.EqualTo(1), shown.ToString());
    }

    [Test]
    [Platform("Linux")]
    public async Task Should_print_a_receipt_that_cannot_be_stored_any_more()
    {
        var sent = await HubProcess.RunAsync([.. Sender(), "--to", "H06.40", "--receipt", "/dev/full", "--envelope-out", In("full.jws"), "--json"]);
        Assert.That(sent.ExitCode, Is.Zero, sent.ToString());
        var report = JsonDocument.Parse(sent.Output).RootElement;
        Assert.That(Receipt.Parse(report.GetProperty("receiptText").GetString()!).Header.Key, Is.EqualTo(report.GetProperty("message").GetString()));
        Assert.That(sent.Error, Does.Contain("/dev/full"));
        await ReceiveAsync("H06.40", "--wait", "10");
        await ReceiveAsync("H06", "--wait", "10");
    }

    [TestCase("--status", "99")]
    [TestCase("--status", "02")]
    [TestCase("--out", "small.txt")]
    public async Task Should_claim_nothing_that_it_could_not_keep_or_answer(string option, string value)
    {
        var sent = await SendAsync();
        Assert.That(sent.ExitCode, Is.Zero, sent.ToString());
        var refused = await ReceiveAsync("H06.40", option, option == "--out" ? In(value) : value);
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.ToString());
        var received = await ReceiveAsync("H06.40");
        Assert.That(received.Output, Does.Contain(JsonDocument.Parse(sent.Output).RootElement.GetProperty("message").GetString()!), "it was not claimed before");
        await ReceiveAsync("H06", "--wait", "10");
    }

    [Test]
    public async Task Should_say_that_a_key_is_not_the_registered_one()
    {
        string[] arguments = [.. Sender(), "--to", "H06.40", "--receipt", In("wrong-key.receipt")];
        arguments[Array.IndexOf(arguments, "--key") + 1] = In("pki/H06.40_qlvb.key.pem");
        var sent = await HubProcess.RunAsync(arguments);
        Assert.That(sent.ExitCode, Is.EqualTo(1), sent.ToString());
        Assert.That(sent.Error, Does.Contain("signature-invalid").And.Contain("registered as 'k1' for H06/qlvb"));
    }

    [TestCase("--subject", "x")]
    [TestCase("--created", "2026-03-02T09:15:00Z")]
    public async Task Should_refuse_to_change_what_is_sent_again(string option, string value)
    {
        var sent = await ResendAsync("--resend", In("document.xml"), option, value);
        Assert.That(sent.ExitCode, Is.EqualTo(2), sent.ToString());
    }

    [Test]
    public async Task Should_say_which_recipient_is_unknown()
    {
        var sent = await HubProcess.RunAsync([.. Sender(), "--to", "H99", "--receipt", In("unknown.receipt")]);
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

    private Task<CommandResult> ResendAsync(params string[] more) => HubProcess.RunAsync(
        ["send", "--url", _hub.BaseAddress.ToString(), "--from", "H06/qlvb", "--key", In("pki/H06_qlvb.key.pem"), "--log-key", In("hub/public/log.vkey"), .. more]);

    private Task<CommandResult> ReceiveAsync(string agency, params string[] more) => HubProcess.RunAsync(
        ["receive", "--url", _hub.BaseAddress.ToString(), "--system", $"{agency}/qlvb", "--key", In($"pki/{agency}_qlvb.key.pem"), "--key-id", "k1",
         "--statement-key", In("hub/public/statement.pem"), "--json", .. more.Contains("--out") ? more : [.. more, "--out", In("inbox")]]);

    private string In(string name) => Path.Combine(_folder, name);

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
