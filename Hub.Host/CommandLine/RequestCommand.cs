using System.CommandLine;
using System.CommandLine.Parsing;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Host.AgencyClient;

namespace Hub.Host.CommandLine;

/// <summary><c>hub request</c>: sends a message, waits for its signed reply and keeps it.</summary>
internal static class RequestCommand
{
    private const int MostSeconds = 90;

    private static readonly AgencyOptions Agency = new("--from");

    private static readonly Option<string?> To = new("--to") { Description = "The one system, or agency with one, that answers (nơi trả lời).", HelpName = "ADDRESS" };

    private static readonly Option<string?> Type = new("--type") { Description = "Service and version; it must state a reply (loại thông điệp).", HelpName = "TYPE" };

    private static readonly Option<string?> Id = new("--id") { Description = "Your id of the message; a new UUID when left out.", HelpName = "ID" };

    private static readonly Option<string?> Payload = new("--payload") { Description = "Content; .xml and .json stand as such in the envelope, other files as bytes.", HelpName = "FILE" };

    private static readonly Option<string> Encoding = new("--encoding") { Description = "Encoding of the envelope: xml or json.", DefaultValueFactory = static _ => "json" };

    private static readonly Option<int> Wait = new("--wait") { Description = "Seconds to wait, 0 to 90; at most the service's time limit (thời gian chờ).", HelpName = "N", DefaultValueFactory = static _ => 30 };

    private static readonly Option<string> Out = new("--out") { Description = "Where to keep the signed reply, exactly as its sender signed it (tệp trả lời).", HelpName = "FILE", Required = true };

    private static readonly Option<string?> Resume = new("--resume") { Description = "Key of a request sent before: wait for its reply again, and send nothing (chờ tiếp).", HelpName = "KEY" };

    internal static Command Create()
    {
        Encoding.AcceptOnlyFromAmong("xml", "json");
        To.Validators.Add(static result => AgencyOptions.Check(result, static text => RecipientAddress.Parse(text)));
        Type.Validators.Add(static result => AgencyOptions.Check(result, static text => MessageType.Parse(text)));
        Resume.Validators.Add(static result => AgencyOptions.Check(result, static text => MessageKey.Parse(text)));
        Wait.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > MostSeconds) result.AddError($"--wait is 0 to {MostSeconds} seconds.");
        });
        var command = new Command("request", "Ask another agency's system and wait for its signed reply (hỏi và chờ trả lời).");
        Agency.AddTo(command);
        foreach (var option in (Option[])[To, Type, Id, Payload, Encoding, Wait, Out, Resume]) command.Options.Add(option);
        command.Validators.Add(RequireContentOrResume);
        command.SetAction((parsed, cancellationToken) => AgencyErrors.RunAsync(parsed, () => RunAsync(parsed, cancellationToken)));
        return command.WithExamples("""
            hub request --url https://hub.example --from H06/qlvb --key H06_qlvb.key.pem --to H06.40 --type vn.land-lookup.v1 --payload parcel.json --wait 30 --out reply.jws
            hub request --url https://hub.example --from H06/qlvb --key H06_qlvb.key.pem --resume 3f5a…64-digits --out reply.jws
            """);
    }

    private static void RequireContentOrResume(CommandResult result)
    {
        bool Given(Option option) => result.GetResult(option) is { Implicit: false };
        foreach (var option in (Option[])[To, Type])
        {
            if (!Given(option) && !Given(Resume)) result.AddError($"{option.Name} is required.");
            if (Given(option) && Given(Resume)) result.AddError($"{option.Name} does not go with --resume, which sends nothing.");
        }
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = parsed.GetValue(Out)!;
        if (File.Exists(file)) throw new IOException($"'{file}' exists already; a reply is never written over. Nothing was sent.");
        using var client = Agency.Connect(parsed);
        var wait = TimeSpan.FromSeconds(parsed.GetValue(Wait));
        var reply = parsed.GetValue(Resume) is { } key
            ? await client.ResumeRequestAsync(MessageKey.Parse(key), wait, cancellationToken)
            : await AskAsync(parsed, client, wait, cancellationToken);
        await File.WriteAllBytesAsync(file, reply.Octets, CancellationToken.None);
        var output = new Output(parsed);
        if (output.IsJson) output.Json(new { request = reply.Request, reply = reply.Reply, reply.MediaType, file });
        else output.Line($"Reply {reply.Reply} to request {reply.Request}, {reply.Octets.Length} bytes, in {file}. Đã có trả lời.");
        return ExitCode.Ok;
    }

    private static async Task<RepliedRequest> AskAsync(ParseResult parsed, HubClient client, TimeSpan wait, CancellationToken cancellationToken)
    {
        var encoding = parsed.GetValue(Encoding) == "xml" ? EnvelopeEncoding.Xml : EnvelopeEncoding.Json;
        var now = client.Clock.GetUtcNow();
        var envelope = new Envelope
        {
            Id = parsed.GetValue(Id) ?? Guid.CreateVersion7(now).ToString(),
            Type = MessageType.Parse(parsed.GetValue(Type)!),
            From = client.Self,
            To = [new Recipient(RecipientAddress.Parse(parsed.GetValue(To)!))],
            Created = Answers.Milliseconds(now),
            Payload = parsed.GetValue(Payload) is { } file ? PayloadFile.Read(file) : null,
        };
        var octets = await EnvelopeCodec.SignAsync(envelope, encoding, client.Signer, cancellationToken);
        try
        {
            return await client.RequestAsync(octets, encoding, wait, cancellationToken);
        }
        catch (HubRefusalException late) when (late.Refusal.Code == ProblemCode.ReplyTimeout.Code)
        {
            parsed.InvocationConfiguration.Error.WriteLine($"Wait again with · Chờ tiếp bằng: --resume {MessageKey.Of(envelope.From, envelope.Id)} (instead of --to, --type and --payload)");
            throw;
        }
    }
}
