using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Host.AgencyClient;

namespace Hub.Host.CommandLine;

/// <summary><c>hub send</c>: signs a message as an agency's system, sends it and keeps the receipt.</summary>
internal static class SendCommand
{
    private static readonly AgencyOptions Agency = new("--from");

    private static readonly Option<string[]> To = new("--to")
    {
        Description = "Recipient: agency, agency/system or group:name; repeatable (nơi nhận).", HelpName = "ADDRESS", Required = true,
    };

    private static readonly Option<string[]> Info = new("--info")
    {
        Description = "Recipient who is to know only; repeatable (nơi nhận để biết).", HelpName = "ADDRESS",
    };

    private static readonly Option<string> Type = new("--type")
    {
        Description = "Service and version, e.g. vn.document.v1 (loại thông điệp).", HelpName = "TYPE", Required = true,
    };

    private static readonly Option<string?> Id = new("--id")
    {
        Description = "Your id of the message; a new UUID when left out. The same id and content may be sent again.", HelpName = "ID",
    };

    private static readonly Option<string?> Subject = new("--subject") { Description = "Short searchable text (trích yếu).", HelpName = "TEXT" };

    private static readonly Option<string?> Payload = new("--payload")
    {
        Description = "Content; .xml and .json stand as such in the envelope, other files as bytes.", HelpName = "FILE",
    };

    private static readonly Option<string[]> Attach = new("--attach")
    {
        Description = "File to attach; over 1 MiB it is uploaded first; repeatable (tệp đính kèm).", HelpName = "FILE",
    };

    private static readonly Option<int> Priority = new("--priority") { Description = "0 to 4; 3 and 4 need a right (độ khẩn).", HelpName = "N" };

    private static readonly Option<string?> Conversation = new("--conversation") { Description = "Conversation the message belongs to.", HelpName = "ID" };

    private static readonly Option<string> Encoding = new("--encoding")
    {
        Description = "Encoding of the envelope: xml (XML Signature) or json (JWS).", DefaultValueFactory = static _ => "json",
    };

    private static readonly Option<string?> LogKey = new("--log-key")
    {
        Description = "Key of the hub's log (vkey, or a file that holds it): the receipt is verified with it.", HelpName = "VKEY",
    };

    private static readonly Option<string?> Receipt = new("--receipt")
    {
        Description = "Where to keep the receipt; KEY.receipt when left out (biên nhận).", HelpName = "FILE",
    };

    internal static Command Create()
    {
        Encoding.AcceptOnlyFromAmong("xml", "json");
        To.Validators.Add(static result => AgencyOptions.Check(result, static text => RecipientAddress.Parse(text)));
        Info.Validators.Add(static result => AgencyOptions.Check(result, static text => RecipientAddress.Parse(text)));
        Type.Validators.Add(static result => AgencyOptions.Check(result, static text => MessageType.Parse(text)));
        var command = new Command("send", "Sign and send a message as an agency's system; keep the receipt (ký và gửi thông điệp).");
        Agency.AddTo(command);
        foreach (var option in (Option[])[To, Info, Type, Id, Subject, Payload, Attach, Priority, Conversation, Encoding, LogKey, Receipt])
            command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => AgencyErrors.RunAsync(parsed, () => RunAsync(parsed, cancellationToken)));
        return command.WithExamples("""
            hub send --url https://hub.example --from H06/qlvb --key H06_qlvb.key.pem --to H06.40 --type vn.document.v1 --subject "Họp giao ban" --payload document.xml --attach 125-ubnd.pdf
            hub send --url https://hub.example --from H06/qlvb --key H06_qlvb.key.pem --to group:districts --type vn.document.v1 --payload document.xml --encoding xml --log-key hub.vkey
            """);
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = Agency.Connect(parsed, ReadLogKey(parsed.GetValue(LogKey)));
        var encoding = parsed.GetValue(Encoding) == "xml" ? EnvelopeEncoding.Xml : EnvelopeEncoding.Json;
        var octets = await EnvelopeCodec.SignAsync(await EnvelopeAsync(parsed, client, cancellationToken), encoding, client.Signer, cancellationToken);
        var sent = await client.SubmitAsync(octets, encoding, cancellationToken);
        var file = parsed.GetValue(Receipt) ?? $"{sent.Key}.receipt";
        await File.WriteAllTextAsync(file, sent.ReceiptText, cancellationToken);
        Report(parsed, sent, file);
        return ExitCode.Ok;
    }

    private static async Task<Envelope> EnvelopeAsync(ParseResult parsed, HubClient client, CancellationToken cancellationToken)
    {
        var now = client.Clock.GetUtcNow();
        var payload = parsed.GetValue(Payload) is { } file ? PayloadFile.Read(file) : null;
        var attachments = new List<Attachment>();
        var outgoing = new OutgoingAttachments(client);
        foreach (var path in parsed.GetValue(Attach) ?? [])
            attachments.Add(await outgoing.AddAsync(path, Progress(parsed, path), cancellationToken));
        return new Envelope
        {
            Id = parsed.GetValue(Id) ?? Guid.CreateVersion7(now).ToString(),
            Type = MessageType.Parse(parsed.GetValue(Type)!),
            From = client.Self,
            To =
            [
                .. parsed.GetValue(To)!.Select(static to => new Recipient(RecipientAddress.Parse(to))),
                .. (parsed.GetValue(Info) ?? []).Select(static to => new Recipient(RecipientAddress.Parse(to), RecipientRole.Info)),
            ],
            Created = Answers.Milliseconds(now),
            Priority = parsed.GetValue(Priority),
            Conversation = parsed.GetValue(Conversation),
            Subject = parsed.GetValue(Subject),
            Payload = payload,
            Attachments = attachments,
        };
    }

    private static NoteVerifier? ReadLogKey(string? text)
    {
        if (text is null) return null;
        return NoteVerifier.Parse((File.Exists(text) ? File.ReadAllText(text) : text).Trim());
    }

    private static Progress<long>? Progress(ParseResult parsed, string path)
    {
        if (Console.IsErrorRedirected || parsed.GetValue(SharedOptions.Json)) return null;
        var error = parsed.InvocationConfiguration.Error;
        return new Progress<long>(bytes => error.WriteLine($"{Path.GetFileName(path)}: {bytes / 1024} KiB uploaded"));
    }

    private static void Report(ParseResult parsed, SentMessage sent, string file)
    {
        var output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(SharedOptions.Json))
        {
            output.WriteLine(JsonSerializer.Serialize(new
            {
                message = sent.Key.Value, entry = sent.Receipt.Proof.Index, receipt = Path.GetFullPath(file), receiptVerified = sent.Verified,
            }));
            return;
        }

        output.WriteLine($"Accepted (đã tiếp nhận): message {sent.Key}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Entry {sent.Receipt.Proof.Index} of the log; receipt in {file}"));
        output.WriteLine(sent.Verified
            ? "The receipt verifies with the log's key."
            : "The receipt was not verified: give --log-key, or run hub receipt verify.");
    }
}
