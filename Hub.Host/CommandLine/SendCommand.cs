using System.CommandLine;
using System.CommandLine.Parsing;
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
        Description = "Recipient: agency, agency/system or group:name; repeatable (nơi nhận).", HelpName = "ADDRESS",
    };

    private static readonly Option<string[]> Info = new("--info")
    {
        Description = "Recipient who is to know only; repeatable (nơi nhận để biết).", HelpName = "ADDRESS",
    };

    private static readonly Option<string?> Type = new("--type")
    {
        Description = "Service and version, e.g. vn.document.v1 (loại thông điệp).", HelpName = "TYPE",
    };

    private static readonly Option<string?> Id = new("--id")
    {
        Description = "Your id of the message; a new UUID when left out. To send it again, use --resend, or the same --created and content.", HelpName = "ID",
    };

    private static readonly Option<string?> Created = new("--created")
    {
        Description = "When the message was made, RFC 3339; now when left out. It is part of the content.", HelpName = "TIME",
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

    private static readonly Option<string?> InReplyTo = new("--in-reply-to")
    {
        Description = "The message answered: its key and the SHA-256 of its bytes, as 'hub receive' shows them (trả lời thông điệp).", HelpName = "KEY:SHA256",
    };

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
        Description = "Where to keep the receipt; KEY.receipt when left out. If it cannot be stored after the hub accepted, it is printed with a warning, and the exit code is 0 (biên nhận).",
        HelpName = "FILE",
    };

    private static readonly Option<string?> EnvelopeOut = new("--envelope-out")
    {
        Description = "Where to keep the signed envelope, for --resend; with --receipt it is FILE.envelope.jws or .xml when left out.", HelpName = "FILE",
    };

    private static readonly Option<string?> Resend = new("--resend")
    {
        Description = "Send this signed envelope again exactly as it is; the hub takes it once and gives the first receipt (gửi lại).", HelpName = "FILE",
    };

    private static readonly SealOptions Sealing = new();

    private static readonly Option[] Content = [To, Info, Type, Id, Created, Subject, Payload, Attach, Priority, Conversation, InReplyTo, Encoding, EnvelopeOut, .. Sealing.All];

    internal static Command Create()
    {
        Encoding.AcceptOnlyFromAmong("xml", "json");
        To.Validators.Add(static result => AgencyOptions.Check(result, static text => RecipientAddress.Parse(text)));
        Info.Validators.Add(static result => AgencyOptions.Check(result, static text => RecipientAddress.Parse(text)));
        Type.Validators.Add(static result => AgencyOptions.Check(result, static text => MessageType.Parse(text)));
        InReplyTo.Validators.Add(static result => AgencyOptions.Check(result, static text => Reference(text)));
        Created.Validators.Add(static result => AgencyOptions.Check(result, static text => Rfc3339.Parse(text)));
        var command = new Command("send", "Sign and send a message as an agency's system; keep the receipt (ký và gửi thông điệp).");
        Agency.AddTo(command);
        foreach (var option in (Option[])[.. Content, LogKey, Receipt, Resend]) command.Options.Add(option);
        command.Validators.Add(RequireContentOrResend);
        command.SetAction((parsed, cancellationToken) => AgencyErrors.RunAsync(parsed, () => RunAsync(parsed, cancellationToken)));
        return command.WithExamples("""
            hub send --url https://hub.example --from H06/qlvb --key H06_qlvb.key.pem --to H06.40 --type vn.document.v1 --subject "Họp giao ban" --payload document.xml --attach 125-ubnd.pdf
            hub send --url https://hub.example --from H06/qlvb --key H06_qlvb.key.pem --to group:districts --type vn.document.v1 --payload document.xml --encoding xml --log-key hub.vkey
            hub send --url https://hub.example --from H06/qlvb --key H06_qlvb.key.pem --to H06.40 --type vn.document.v1 --id m1 --payload document.xml --receipt m1.receipt
            hub send --url https://hub.example --from H06/qlvb --key H06_qlvb.key.pem --to H06.40 --type vn.personnel.v1 --payload note.xml --attach decision.pdf --seal --seal-names
            hub send --url https://hub.example --from H06/qlvb --key H06_qlvb.key.pem --to H06.40/hr --type vn.personnel.v1 --payload note.xml --seal-format xmlenc --seal-key H06.40/hr#e1=hr.pem
            hub send --url https://hub.example --from H06/qlvb --key H06_qlvb.key.pem --resend m1.receipt.envelope.jws --receipt m1.receipt
            """);
    }

    private static void RequireContentOrResend(CommandResult result)
    {
        bool Given(Option option) => result.GetResult(option) is { Implicit: false };
        if (!Given(Resend))
        {
            foreach (var option in (Option[])[To, Type])
                if (!Given(option)) result.AddError($"{option.Name} is required.");
            return;
        }

        foreach (var option in Content.Where(Given))
            result.AddError($"{option.Name} does not go with --resend, which sends the signed envelope as it is.");
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var client = Agency.Connect(parsed, ReadLogKey(parsed.GetValue(LogKey)));
        var (signed, files) = parsed.GetValue(Resend) is { } kept ? Reread(parsed, client, kept) : await SignAsync(parsed, client, cancellationToken);
        var submission = new Submission(client, signed, files) { KeptIn = parsed.GetValue(Resend) ?? files.Envelope, IdGiven = parsed.GetValue(Id) is not null };
        var sent = await submission.SendAsync(parsed.InvocationConfiguration.Error, cancellationToken);
        SendReport.Write(parsed, signed.Envelope.Id, sent, files, await files.StoreReceiptAsync(sent.ReceiptText));
        return ExitCode.Ok;
    }

    private static (SignedEnvelopeFile Signed, KeptFiles Files) Reread(ParseResult parsed, HubClient client, string kept)
    {
        var signed = SignedEnvelopeFile.Read(kept);
        if (signed.Envelope.From != client.Self)
            throw new FormatException($"'{kept}' is a message of {signed.Envelope.From}, not of {client.Self}. Nothing was sent.");
        var files = new KeptFiles(parsed.GetValue(Receipt) ?? $"{signed.Envelope.Key}.receipt", null);
        files.Check(signed.Envelope.Key);
        return (signed, files);
    }

    private static async Task<(SignedEnvelopeFile Signed, KeptFiles Files)> SignAsync(ParseResult parsed, HubClient client, CancellationToken cancellationToken)
    {
        var encoding = parsed.GetValue(Encoding) == "xml" ? EnvelopeEncoding.Xml : EnvelopeEncoding.Json;
        var id = parsed.GetValue(Id) ?? Guid.CreateVersion7(client.Clock.GetUtcNow()).ToString();
        var key = MessageKey.Of(client.Self, id);
        var receipt = parsed.GetValue(Receipt);
        var beside = receipt is null ? null : $"{receipt}.envelope.{(encoding == EnvelopeEncoding.Xml ? "xml" : "jws")}";
        var files = new KeptFiles(receipt ?? $"{key}.receipt", parsed.GetValue(EnvelopeOut) ?? beside)
            .Check(key, parsed.GetValue(Created) is { } created ? Rfc3339.Parse(created) : null);
        var envelope = await EnvelopeAsync(parsed, client, id, cancellationToken);
        var octets = await EnvelopeCodec.SignAsync(envelope, encoding, client.Signer, cancellationToken);
        await files.KeepAsync(octets, cancellationToken);
        return (new SignedEnvelopeFile(octets, encoding, envelope), files);
    }

    private static async Task<Envelope> EnvelopeAsync(ParseResult parsed, HubClient client, string id, CancellationToken cancellationToken)
    {
        var now = client.Clock.GetUtcNow();
        Recipient[] to =
        [
            .. parsed.GetValue(To)!.Select(static to => new Recipient(RecipientAddress.Parse(to))),
            .. (parsed.GetValue(Info) ?? []).Select(static to => new Recipient(RecipientAddress.Parse(to), RecipientRole.Info)),
        ];
        var type = MessageType.Parse(parsed.GetValue(Type)!);
        var payload = parsed.GetValue(Payload) is { } file ? PayloadFile.Read(file) : null;
        var sealing = await Sealing.PrepareAsync(parsed, client, [.. to.Select(static recipient => recipient.Address)], type, cancellationToken);
        if (payload is not null && sealing is not null) payload = sealing.Seal(payload);
        var attachments = new List<Attachment>();
        var outgoing = new OutgoingAttachments(client);
        foreach (var path in parsed.GetValue(Attach) ?? [])
            attachments.Add(sealing is null
                ? await outgoing.AddAsync(path, Progress(parsed, path), cancellationToken)
                : await outgoing.AddSealedAsync(path, sealing, Progress(parsed, path), cancellationToken));
        return new Envelope
        {
            Id = id,
            Type = type,
            From = client.Self,
            To = to,
            Created = parsed.GetValue(Created) is { } created ? Rfc3339.Parse(created) : Answers.Milliseconds(now),
            Priority = parsed.GetValue(Priority),
            Conversation = parsed.GetValue(Conversation),
            InReplyTo = parsed.GetValue(InReplyTo) is { } answered ? Reference(answered) : null,
            Subject = parsed.GetValue(Subject),
            Payload = payload,
            Attachments = attachments,
        };
    }

    private static InReplyTo Reference(string text) =>
        text.Split(':') is [var key, { Length: 64 } sha256] && sha256.All(char.IsAsciiHexDigitLower)
            ? new InReplyTo(MessageKey.Parse(key), sha256)
            : throw new FormatException($"'{text}' is not KEY:SHA256, the key of a message and 64 lower-case hexadecimal digits.");

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
}
