using System.Security.Cryptography;
using System.Text;
using Hub.Adapters.Stores.Files;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;
using Hub.Core.Trail;

namespace Hub.Adapters.Keys;

/// <summary>The hub's keys in its data folder: <c>hub.json</c>, <c>keys/</c> (owner only) and the public halves in
/// <c>public/</c>. Thread-safe.</summary>
/// <remarks>Failure policy: each file is written whole or not at all (temporary name, sync, rename, folder sync) and never
/// replaced. A key file that others may read, or that is damaged, stops the hub with the path and the remedy.</remarks>
public sealed class FileHubKeys : IHubKeys
{
    /// <summary>Where the log's public key lies in a data folder.</summary>
    public const string PublicLogKey = "public/log.vkey";

    private readonly AppKeys _apps;

    private FileHubKeys(string dataDirectory, HubIdentity identity)
    {
        var folder = Path.Combine(dataDirectory, "keys");
        DurableFile.CreateFolder(folder);

        Address = identity.Address;
        Origin = identity.Origin;
        (Log, var log) = Open(folder, "log");
        (Statement, StatementVerifier) = Open(folder, "statement");
        (Gateway, GatewayVerifier) = Open(folder, "gateway");
        (Token, TokenVerifier) = Open(folder, "token");
        LogVerifier = new NoteVerifier(Origin, log);
        DataKey = KeyFile.OpenOrCreateSecret(Path.Combine(folder, "data.key"), "no stored body can be read");
        _apps = new AppKeys(KeyFile.OpenOrCreateSecret(Path.Combine(folder, "apps.key"), "apps sign with other keys"), Path.Combine(folder, "apps"));
        Publish(Path.Combine(dataDirectory, "public"));
    }

    /// <inheritdoc/>
    public SystemAddress Address { get; }

    /// <summary>The log's origin, <c>address/log/epoch</c>.</summary>
    public string Origin { get; }

    /// <inheritdoc/>
    public ISigner Log { get; }

    /// <inheritdoc/>
    public NoteVerifier LogVerifier { get; }

    /// <inheritdoc/>
    public ISigner Statement { get; }

    /// <inheritdoc/>
    public VerificationKey StatementVerifier { get; }

    /// <inheritdoc/>
    public ISigner Gateway { get; }

    /// <inheritdoc/>
    public VerificationKey GatewayVerifier { get; }

    /// <inheritdoc/>
    public ISigner Token { get; }

    /// <inheritdoc/>
    public VerificationKey TokenVerifier { get; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> DataKey { get; }

    /// <summary>Opens the keys of a data folder, making what is missing.</summary>
    /// <param name="dataDirectory">The data folder; created when missing.</param>
    /// <param name="address">The hub's address; null for the stored one; needed on a new folder.</param>
    /// <exception cref="Hub.Contracts.Problems.ProblemException"><c>invalid-request</c>: the folder is another hub's, or new without an address.</exception>
    /// <exception cref="UnauthorizedAccessException">A key file can be read by other users.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or <c>hub.json</c> is lost and cannot be made out of the log.</exception>
    public static FileHubKeys OpenOrCreate(string dataDirectory, SystemAddress? address = null) =>
        new(dataDirectory, HubIdentity.OpenOrCreate(dataDirectory, address));

    /// <summary>The address of the hub whose folder this is; null on a new folder. Writes nothing.</summary>
    /// <inheritdoc cref="OpenOrCreate" path="/exception"/>
    public static SystemAddress? FindAddress(string dataDirectory) => HubIdentity.Find(dataDirectory)?.Address;

    /// <summary>Refuses what <see cref="OpenOrCreate"/> would refuse about the address. Writes nothing.</summary>
    /// <inheritdoc cref="OpenOrCreate" path="/exception"/>
    public static void Check(string dataDirectory, SystemAddress? address) => HubIdentity.Choose(dataDirectory, address);

    /// <inheritdoc/>
    public ISigner AppKey(SystemAddress app) => _apps.Of(app).Signer;

    /// <inheritdoc/>
    public VerificationKey AppVerifier(SystemAddress app) => _apps.Of(app).Verifier;

    private static (LocalSigner Signer, VerificationKey Verifier) Open(string folder, string name)
    {
        var signer = KeyFile.OpenOrCreateSigner(Path.Combine(folder, name + ".pem"));
        return (signer, new VerificationKey(signer.KeyId, signer.ExportSubjectPublicKeyInfo()));
    }

    private void Publish(string folder)
    {
        DurableFile.CreateFolder(folder);
        WriteWhenChanged(Path.Combine(folder, Path.GetFileName(PublicLogKey)), Vkey(LogVerifier) + "\n");
        WriteWhenChanged(Path.Combine(folder, "statement.pem"), PublicPem(StatementVerifier));
        WriteWhenChanged(Path.Combine(folder, "gateway.pem"), PublicPem(GatewayVerifier));
    }

    private static void WriteWhenChanged(string path, string text)
    {
        if (!File.Exists(path) || File.ReadAllText(path) != text)
            DurableFile.Write(path, Encoding.UTF8.GetBytes(text), DurableFile.PublicFile, overwrite: true);
    }

    private static string PublicPem(VerificationKey key) =>
        new string(PemEncoding.Write("PUBLIC KEY", key.SubjectPublicKeyInfo.Span)) + "\n";

    // C2SP signed-note verifier key of type 0x02.
    private static string Vkey(NoteVerifier verifier)
    {
        var key = verifier.Key.SubjectPublicKeyInfo;
        return $"{verifier.Name}+{verifier.Key.Thumbprint[..8]}+{Convert.ToBase64String([2, .. key.Span])}";
    }
}
