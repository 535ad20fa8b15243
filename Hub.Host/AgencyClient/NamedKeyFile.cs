using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Contracts.Sealing;

namespace Hub.Host.AgencyClient;

/// <summary>A key file as a command line names it: <c>FILE</c>, <c>ID=FILE</c> or <c>AGENCY/SYSTEM#ID=FILE</c>.</summary>
/// <param name="Owner">Whose key it is, if said.</param>
/// <param name="Id">The id under which it is registered, if said.</param>
/// <param name="Path">The file.</param>
internal sealed record NamedKeyFile(SystemAddress? Owner, string? Id, string Path)
{
    /// <summary>The id of an encryption key whose id is not said.</summary>
    public const string DefaultId = "e1";

    /// <summary>Reads the text. One that is the name of a file as it stands, is that.</summary>
    /// <exception cref="FormatException">The name before '=' is none.</exception>
    public static NamedKeyFile Parse(string text)
    {
        var equals = text.IndexOf('=');
        if (equals <= 0 || File.Exists(text)) return new NamedKeyFile(null, null, text);
        var (name, path) = (text[..equals], text[(equals + 1)..]);
        var hash = name.LastIndexOf('#');
        if (hash < 0) return new NamedKeyFile(null, name, path);
        return SystemAddress.TryParse(name[..hash], out var owner) && hash < name.Length - 1
            ? new NamedKeyFile(owner, name[(hash + 1)..], path)
            : throw new FormatException($"'{name}' is no name of a key. Write ID=FILE or AGENCY/SYSTEM#ID=FILE, e.g. H06.40/qlvb#e1=H06.40_qlvb.enc.cert.pem.");
    }

    /// <summary>The public key in the file.</summary>
    /// <exception cref="FormatException">It holds none.</exception>
    public SealingKey Public() => Read(pem => SealingKey.FromPem(Id ?? DefaultId, pem, Owner));

    /// <summary>The private key in the file.</summary>
    /// <exception cref="FormatException">It holds none.</exception>
    public UnsealingKey Private() => Read(pem => UnsealingKey.FromPem(pem, Id, Owner));

    private T Read<T>(Func<string, T> parse)
    {
        try
        {
            return parse(File.ReadAllText(Path));
        }
        catch (Exception unusable) when (unusable is CryptographicException or ArgumentException)
        {
            throw new FormatException($"{Path}: {unusable.Message} RSA from 2,048 bits, P-256 and P-384 are accepted.", unusable);
        }
    }
}
