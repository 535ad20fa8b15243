using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;

namespace Hub.Host.DevPki;

/// <summary>A folder with a development authority and the keys it issued. Private keys are readable by their owner alone.
/// What exists is kept: making the same folder twice changes nothing.</summary>
internal sealed class DevelopmentKeyFolder : IDisposable
{
    /// <summary>The id under which every key is registered.</summary>
    public const string KeyId = "k1";

    /// <summary>The id under which every encryption key is registered.</summary>
    public const string EncryptionKeyId = "e1";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TimeProvider _clock;
    private readonly DevelopmentAuthority _authority;

    private DevelopmentKeyFolder(string path, DevelopmentAuthority authority, TimeProvider clock)
    {
        Path = path;
        _authority = authority;
        _clock = clock;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Opens a folder, making it and its authority when they are missing.</summary>
    public static DevelopmentKeyFolder OpenOrCreate(string path, TimeProvider clock)
    {
        Directory.CreateDirectory(path);
        var certificate = System.IO.Path.Combine(path, "ca.cert.pem");
        var key = System.IO.Path.Combine(path, "ca.key.pem");
        if (File.Exists(certificate) && File.Exists(key))
            return new DevelopmentKeyFolder(path, DevelopmentAuthority.Open(File.ReadAllText(certificate), File.ReadAllText(key)), clock);
        var authority = DevelopmentAuthority.Create(clock.GetUtcNow());
        WriteNew(certificate, authority.CertificatePem, secret: false);
        WriteNew(key, authority.PrivateKeyPem, secret: true);
        return new DevelopmentKeyFolder(path, authority, clock);
    }

    /// <summary>File name of a system's certificate within the folder, e.g. <c>H06_qlvb.cert.pem</c>.</summary>
    public static string CertificateName(SystemAddress system) => $"{Stem(system)}.cert.pem";

    /// <summary>File name of a system's private key within the folder.</summary>
    public static string PrivateKeyName(SystemAddress system) => $"{Stem(system)}.key.pem";

    /// <summary>File name of the certificate with which others seal content for a system, e.g. <c>H06_qlvb.enc.cert.pem</c>.</summary>
    public static string EncryptionCertificateName(SystemAddress system) => $"{Stem(system)}.enc.cert.pem";

    /// <summary>File name of the private key with which a system opens content.</summary>
    public static string EncryptionKeyName(SystemAddress system) => $"{Stem(system)}.enc.key.pem";

    /// <summary>Makes a system's key unless there is one; whether it was made now.</summary>
    public bool Ensure(SystemAddress system, DevelopmentKeyKind kind) =>
        Ensure(system, kind, PrivateKeyName(system), CertificateName(system), encrypts: false);

    /// <summary>Makes a system's encryption key unless there is one; whether it was made now.</summary>
    public bool EnsureEncryption(SystemAddress system, DevelopmentKeyKind kind) =>
        Ensure(system, kind, EncryptionKeyName(system), EncryptionCertificateName(system), encrypts: true);

    /// <summary>A system's signer.</summary>
    public LocalSigner Signer(SystemAddress system) => LocalSigner.FromPem(KeyId, File.ReadAllText(Of(PrivateKeyName(system))));

    public void Dispose() => _authority.Dispose();

    private bool Ensure(SystemAddress system, DevelopmentKeyKind kind, string keyName, string certificateName, bool encrypts)
    {
        if (File.Exists(Of(keyName))) return false;
        var key = _authority.Issue(system.ToString(), kind, _clock.GetUtcNow(), encrypts);
        WriteNew(Of(certificateName), key.CertificatePem, secret: false);
        WriteNew(Of(keyName), key.PrivateKeyPem, secret: true);
        return true;
    }

    private static string Stem(SystemAddress system) => $"{system.Agency}_{system.System}";

    private string Of(string name) => System.IO.Path.Combine(Path, name);

    private static void WriteNew(string path, string text, bool secret)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (secret && !OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using var writer = new StreamWriter(path, options);
        writer.Write(text);
        writer.Write('\n');
    }
}
