using System.CommandLine;
using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;
using Hub.Host.Identity;

namespace Hub.Host.CommandLine;

/// <summary>Who acts: whoever holds the operator socket, or with <c>--as</c> a person (or system) of the registry who proves
/// himself with his own key over HTTP. Only the latter is a second person for changes of trust.</summary>
internal sealed class PersonOptions
{
    private const int MaxKeyFile = 64 * 1024;

    internal Option<string?> Name { get; } = new("--as")
    {
        Description = "Act as operator:an (or an alone), auditor:minh or the system H29/qlvb, with its own key (hành động với danh nghĩa).", HelpName = "NAME",
    };

    internal Option<string?> Key { get; } = new("--key") { Description = "With --as: the private key, PEM without password (khóa riêng).", HelpName = "FILE" };

    internal Option<string> KeyId { get; } = new("--key-id") { Description = "With --as: the id of the key in the registry.", HelpName = "ID", DefaultValueFactory = static _ => "k1" };

    internal Option<string?> Url { get; } = new("--url") { Description = "With --as: address of the hub (địa chỉ trục).", HelpName = "URL" };

    /// <summary>Adds the options, and checks that they come together.</summary>
    internal void AddTo(Command command)
    {
        command.Options.Add(Name);
        command.Options.Add(Key);
        command.Options.Add(KeyId);
        command.Options.Add(Url);
        command.Validators.Add(result =>
        {
            var (name, key, url) = (result.GetValue(Name), result.GetValue(Key), result.GetValue(Url));
            if (name is null != key is null || name is null != url is null) result.AddError("--as, --key and --url belong together: who acts, with which key, at which hub.");
            if (name is not null && !IsName(Full(name))) result.AddError($"--as '{name}' is neither operator:name, auditor:name, nor agency/system.");
            if (url is not null && !IsUrl(url)) result.AddError($"--url '{url}' is not the address of a hub. Write https://hub.example or http://127.0.0.1:8080.");
        });
    }

    /// <summary>Opens the way to the hub that the options ask for.</summary>
    /// <exception cref="FormatException">The key file holds no usable key.</exception>
    internal async Task<OperatorConnection> OpenAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Name) is not { } name) return await OperatorConnection.OpenAsync(parsed.GetValue(SharedOptions.Data)!, StoreOptions.Read(parsed), null, cancellationToken);
        return await OperatorConnection.OpenAsync(new Uri(parsed.GetValue(Url)!), Full(name), ReadKey(parsed.GetValue(KeyId)!, parsed.GetValue(Key)!, "--key"), cancellationToken);
    }

    /// <exception cref="FormatException">The file holds no usable private key.</exception>
    internal static LocalSigner ReadKey(string id, string file, string option)
    {
        var info = new FileInfo(file);
        if (!info.Exists) throw new FileNotFoundException($"{option}: there is no file '{file}'.");
        if (info.Length > MaxKeyFile) throw new FormatException($"{option} {file}: it has {info.Length} bytes; a key has at most {MaxKeyFile}.");
        try
        {
            return LocalSigner.FromPem(id, File.ReadAllText(file));
        }
        catch (Exception unusable) when (unusable is CryptographicException or ArgumentException)
        {
            throw new FormatException($"{option} {file}: {unusable.Message} A private key in PEM without password is needed: RSA from 2,048 bits, P-256 or P-384.", unusable);
        }
    }

    private static string Full(string name) => name.Contains(':', StringComparison.Ordinal) || name.Contains('/', StringComparison.Ordinal) ? name : "operator:" + name;

    private static bool IsName(string name) => ClientKeys.IsPerson(name) || SystemAddress.TryParse(name, out _);

    private static bool IsUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";
}
