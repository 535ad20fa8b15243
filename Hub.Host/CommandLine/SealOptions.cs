using System.CommandLine;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Host.AgencyClient;

namespace Hub.Host.CommandLine;

/// <summary>How <c>hub send</c> seals content for its recipients.</summary>
internal sealed class SealOptions
{
    internal SealOptions()
    {
        Format.AcceptOnlyFromAmong([.. SealFormat.All.Select(static format => format.Name)]);
        Keys.Validators.Add(static result => AgencyOptions.Check(result, static text => NamedKeyFile.Parse(text)));
    }

    /// <summary>Every option.</summary>
    internal IReadOnlyList<Option> All => [Seal, Format, Keys, Names];

    private Option<bool> Seal { get; } = new("--seal")
    {
        Description = "Seal payload and attachments for the recipients alone, with the encryption keys that the hub's registry has for them; subject, sizes and recipients stay readable (niêm phong nội dung cho nơi nhận).",
    };

    private Option<string> Format { get; } = new("--seal-format")
    {
        Description = "Format of the sealed payload: jwe, xmlenc (XML Encryption 1.1, XML payloads only), xmlenc-mgf1p (the same for partners that know only RSA-OAEP of version 1.0). Attachments are always JWE.",
        DefaultValueFactory = static _ => SealFormat.Jwe.Name,
    };

    private Option<string[]> Keys { get; } = new("--seal-key")
    {
        Description = "Seal with this public key or certificate instead of asking the hub: FILE, ID=FILE or AGENCY/SYSTEM#ID=FILE (id e1 when left out); one per recipient; repeatable (khóa mã hóa của nơi nhận).",
        HelpName = "FILE",
    };

    private Option<bool> Names { get; } = new("--seal-names")
    {
        Description = "Seal the names of attachments too; the envelope then shows attachment-1.jwe and so on (niêm phong cả tên tệp).",
    };

    /// <summary>What was asked for; null when nothing is to be sealed.</summary>
    /// <exception cref="ProblemException">A recipient has no encryption key.</exception>
    internal async Task<EnvelopeSealing?> PrepareAsync(
        ParseResult parsed, HubClient client, IReadOnlyList<RecipientAddress> to, MessageType type, CancellationToken cancellationToken)
    {
        var files = parsed.GetValue(Keys) ?? [];
        var named = parsed.GetResult(Format) is { Implicit: false } || parsed.GetValue(Names);
        if (!parsed.GetValue(Seal) && files.Length == 0)
            return named ? throw new FormatException("--seal-format and --seal-names go with --seal or --seal-key; nothing was sent.") : null;
        var format = SealFormat.Named(parsed.GetValue(Format)!);
        if (files.Length > 0) return EnvelopeSealing.With(format, client.Self, to, [.. files.Select(NamedKeyFile.Parse)], parsed.GetValue(Names));
        try
        {
            return await EnvelopeSealing.ResolveAsync(format, client, to, type, parsed.GetValue(Names), cancellationToken);
        }
        catch (HubRefusalException refused) when (refused.Refusal.Status == 404)
        {
            throw new FormatException("This hub does not tell recipients' encryption keys (no /api/v1/resolve). Give them with --seal-key FILE; nothing was sent.", refused);
        }
    }
}
