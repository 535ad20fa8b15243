using System.CommandLine;
using Hub.Contracts.Addresses;
using Hub.Contracts.Sealing;
using Hub.Host.AgencyClient;

namespace Hub.Host.CommandLine;

/// <summary><c>hub unseal</c>: opens a sealed file, without a hub.</summary>
internal static class UnsealCommand
{
    private static readonly Argument<string> Source = new("FILE") { Description = "A JWE, or an XML document whose element is EncryptedData (tệp đã niêm phong)." };

    private static readonly Option<string[]> Key = new("--key")
    {
        Description = "Your private encryption key, PEM: FILE, ID=FILE or AGENCY/SYSTEM#ID=FILE; repeatable (khóa giải mã).", HelpName = "FILE", Required = true,
    };

    private static readonly Option<string?> From = new("--from") { Description = "The sender that the message names: content that another sealed is refused.", HelpName = "ADDRESS" };

    private static readonly Option<string?> To = new("--to") { Description = "Your system: content sealed for others is refused; with --from.", HelpName = "ADDRESS" };

    private static readonly Option<string?> Out = new("--out") { Description = "Where to write; FILE without .jwe, or FILE.plain and an extension, when left out (tệp kết quả).", HelpName = "FILE" };

    internal static Command Create()
    {
        Key.Validators.Add(static result => AgencyOptions.Check(result, static text => NamedKeyFile.Parse(text)));
        foreach (var option in (Option<string?>[])[From, To]) option.Validators.Add(static result => AgencyOptions.Check(result, static text => SystemAddress.Parse(text)));
        var command = new Command("unseal", "Open a file that was sealed for you (mở tệp đã niêm phong).") { Source, Key, From, To, Out };
        command.Validators.Add(static result =>
        {
            if (result.GetResult(From) is null != result.GetResult(To) is null) result.AddError("--from and --to go together.");
        });
        command.SetAction(static (parsed, _) => AgencyErrors.RunAsync(parsed, () => Task.FromResult(Run(parsed))));
        return command.WithExamples("""
            hub unseal decision.pdf.jwe --key hr.key.pem
            hub unseal note.enc.xml --key e1=hr.key.pem --out note.xml
            hub unseal note.json.jwe --key H06.40/hr#e1=hr.key.pem --from H06/qlvb --to H06.40/hr
            """);
    }

    private static int Run(ParseResult parsed)
    {
        var source = parsed.GetValue(Source)!;
        List<UnsealingKey> keys = [.. parsed.GetValue(Key)!.Select(NamedKeyFile.Parse).Select(static file => file.Private())];
        var octets = SealableFile.Read(source);
        var isXml = octets.AsSpan().TrimStart("\uFEFF"u8).TrimStart(" \t\r\n"u8).StartsWith("<"u8);
        var opened = isXml ? new OpenedAttachment("", XmlEncryption.Open(octets, keys)) : SealedAttachment.Open(Path.GetFileName(source), octets, keys);
        var binding = opened.Content.Binding;
        if (parsed.GetValue(From) is { } from)
            (binding ?? throw new FormatException($"{source} does not say who sealed it for whom, so --from and --to cannot be checked. XML Encryption never says it.")).Require(SystemAddress.Parse(from), SystemAddress.Parse(parsed.GetValue(To)!));
        var target = parsed.GetValue(Out) ?? Beside(source, opened);
        SealableFile.WriteNew(target, opened.Content.Data);
        new Output(parsed).Done(
            $"Opened (đã mở): {target}, {opened.Content.MediaType ?? "media type not stated"}, {opened.Content.Data.Length} bytes\n{(binding is null ? "The seal does not say who sealed it." : $"Sealed by {binding.From} (as it says; the envelope's signature proves it) for {string.Join(", ", binding.To.Take(5))}")}",
            new { plainFile = Path.GetFullPath(target), mediaType = opened.Content.MediaType, size = opened.Content.Data.Length, from = binding?.From.ToString(), to = binding?.To.Select(static system => system.ToString()) });
        return ExitCode.Ok;
    }

    private static string Beside(string source, OpenedAttachment opened)
    {
        var folder = Path.GetDirectoryName(source) ?? "";
        return opened.Name.Length > 0 && opened.Name != Path.GetFileName(source)
            ? Path.Combine(folder, SafeFileName.Of(opened.Name))
            : $"{source}.plain{MediaTypes.ExtensionOf(opened.Content.MediaType)}";
    }
}
