using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;
using Hub.Host.AgencyClient;

namespace Hub.Host.CommandLine;

/// <summary>What every command of an agency's own system needs: where the hub is, who calls, and with which key.</summary>
internal sealed class AgencyOptions
{
    internal AgencyOptions(string systemOption)
    {
        System = new Option<string>(systemOption)
        {
            Description = "Your system, e.g. H06/qlvb (hệ thống của đơn vị).", HelpName = "ADDRESS", Required = true,
        };
        System.Validators.Add(static result => Check(result, static text => SystemAddress.Parse(text)));
        Url.Validators.Add(static result => Check(result, static text => Address(text)));
    }

    internal Option<string> Url { get; } = new("--url")
    {
        Description = "Address of the hub, e.g. https://hub.example (địa chỉ trục).", HelpName = "URL", Required = true,
    };

    internal Option<string> System { get; }

    internal Option<string> Key { get; } = new("--key")
    {
        Description = "Your private key, PEM without password (khóa riêng).", HelpName = "FILE", Required = true,
    };

    internal Option<string> KeyId { get; } = new("--key-id")
    {
        Description = "The id under which the registry has the key.", HelpName = "ID", DefaultValueFactory = static _ => "k1",
    };

    internal void AddTo(Command command)
    {
        command.Options.Add(Url);
        command.Options.Add(System);
        command.Options.Add(Key);
        command.Options.Add(KeyId);
    }

    /// <exception cref="FormatException">The key file holds no usable key.</exception>
    internal HubClient Connect(ParseResult parsed, NoteVerifier? logKey = null)
    {
        var self = SystemAddress.Parse(parsed.GetValue(System)!);
        return new HubClient(Address(parsed.GetValue(Url)!), self, Signer(parsed), TimeProvider.System) { LogKey = logKey };
    }

    /// <summary>Turns a parser's refusal into a usage error of its option.</summary>
    internal static void Check(OptionResult result, Action<string> parse)
    {
        foreach (var token in result.Tokens)
        {
            try
            {
                parse(token.Value);
            }
            catch (FormatException wrong)
            {
                result.AddError($"{result.IdentifierToken?.Value}: {wrong.Message}");
            }
        }
    }

    private static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new FormatException($"'{text}' is not the address of a hub. Write https://host or http://127.0.0.1:port.");

    private LocalSigner Signer(ParseResult parsed)
    {
        var file = parsed.GetValue(Key)!;
        try
        {
            return LocalSigner.FromPem(parsed.GetValue(KeyId)!, File.ReadAllText(file));
        }
        catch (CryptographicException unusable)
        {
            throw new FormatException($"--key {file}: {unusable.Message} RSA from 2,048 bits, P-256 and P-384 are accepted.", unusable);
        }
    }
}
