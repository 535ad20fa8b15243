using System.CommandLine;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Sealing;
using Hub.Host.AgencyClient;

namespace Hub.Host.CommandLine;

/// <summary><c>hub seal</c>: seals a file for one or several recipients, without a hub.</summary>
internal static class SealCommand
{
    private static readonly Argument<string> Source = new("FILE") { Description = "The file to seal (tệp cần niêm phong)." };

    private static readonly Option<string[]> Key = new("--key")
    {
        Description = "The recipient's public key or certificate, PEM: FILE, ID=FILE or AGENCY/SYSTEM#ID=FILE; repeatable (khóa mã hóa của nơi nhận).",
        HelpName = "FILE", Required = true,
    };

    private static readonly Option<string> KeyId = new("--key-id")
    {
        Description = "The id under which the recipient registered the key, for keys named by FILE alone.",
        HelpName = "ID", DefaultValueFactory = static _ => NamedKeyFile.DefaultId,
    };

    private static readonly Option<string> Format = new("--format")
    {
        Description = "jwe for any file; xmlenc (XML Encryption 1.1) or xmlenc-mgf1p for XML.", DefaultValueFactory = static _ => SealFormat.Jwe.Name,
    };

    private static readonly Option<string?> MediaType = new("--media-type") { Description = "Media type of the file; by its extension when left out.", HelpName = "TYPE" };

    private static readonly Option<string?> From = new("--from")
    {
        Description = "Your system, written into the seal together with the keys' systems (JWE); recipients then notice content copied into another's message.", HelpName = "ADDRESS",
    };

    private static readonly Option<string?> Out = new("--out") { Description = "Where to write; FILE.jwe or FILE.enc.xml when left out (tệp kết quả).", HelpName = "FILE" };

    internal static Command Create()
    {
        Format.AcceptOnlyFromAmong([.. SealFormat.All.Select(static format => format.Name)]);
        Key.Validators.Add(static result => AgencyOptions.Check(result, static text => NamedKeyFile.Parse(text)));
        From.Validators.Add(static result => AgencyOptions.Check(result, static text => SystemAddress.Parse(text)));
        var command = new Command("seal", "Seal a file for its recipients alone, as JWE or XML Encryption 1.1 (niêm phong tệp cho nơi nhận).") { Source, Key, KeyId, Format, MediaType, From, Out };
        command.SetAction(static (parsed, _) => AgencyErrors.RunAsync(parsed, () => Task.FromResult(Run(parsed))));
        return command.WithExamples("""
            hub seal decision.pdf --key hr.pem --key-id e1
            hub seal note.xml --format xmlenc --key H06.40/hr#e1=hr40.pem --key H06.41/hr#e1=hr41.pem --out note.enc.xml
            hub seal note.json --from H06/qlvb --key H06.40/hr#e1=hr40.pem
            """);
    }

    private static int Run(ParseResult parsed)
    {
        var source = parsed.GetValue(Source)!;
        var format = SealFormat.Named(parsed.GetValue(Format)!);
        List<SealingKey> keys = [.. parsed.GetValue(Key)!.Select(NamedKeyFile.Parse).Select(file => (file.Id is null ? file with { Id = parsed.GetValue(KeyId) } : file).Public())];
        var mediaType = parsed.GetValue(MediaType) ?? MediaTypes.Of(source);
        if (!EnvelopeRules.IsMediaType(mediaType)) throw new FormatException($"--media-type '{mediaType}' is no media type. Write e.g. application/pdf, without parameters.");
        var octets = format.Encryption == PayloadEncryption.Jwe
            ? Jwe.Seal(SealableFile.Read(source), mediaType, keys, Binding(parsed, keys))
            : XmlEncryption.Seal(Element(source), mediaType, keys, format.Transport);
        var target = parsed.GetValue(Out) ?? $"{source}{(format.Encryption == PayloadEncryption.Jwe ? ".jwe" : ".enc.xml")}";
        SealableFile.WriteNew(target, octets);
        new Output(parsed).Done(
            $"Sealed for {keys.Count} key(s) ({string.Join(", ", keys.Take(5).Select(static key => key.Id))}): {target} (đã niêm phong)",
            new { sealedFile = Path.GetFullPath(target), format = format.Name, keys = keys.Select(static key => new { owner = key.Owner?.ToString(), id = key.Id }), size = octets.Length });
        return ExitCode.Ok;
    }

    private static ReadOnlyMemory<byte> Element(string source)
    {
        var payload = PayloadFile.Read(source);
        return payload.Form == PayloadForm.Xml ? payload.Data : throw new FormatException($"{source} is no .xml file. XML Encryption seals XML; seal other files with --format jwe.");
    }

    private static SealBinding? Binding(ParseResult parsed, List<SealingKey> keys)
    {
        if (parsed.GetValue(From) is not { } from) return null;
        return keys.TrueForAll(static key => key.Owner is not null)
            ? new SealBinding(SystemAddress.Parse(from), [.. keys.Select(static key => key.Owner!.Value)])
            : throw new FormatException("--from binds the content to its recipients: name each key with its system, --key AGENCY/SYSTEM#ID=FILE.");
    }
}
