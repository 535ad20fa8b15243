using Hub.Contracts.Signatures;

namespace Hub.Adapters.Backup;

/// <summary>The hub's signature over a backup's manifest, and so over every file that it names. Sealing needs a public key only, which anybody may have;
/// this tells a backup of the hub from one that somebody made.</summary>
/// <remarks>ES256 (r‖s, 64 bytes) by the hub's statement key over <c>hub-backup-manifest/1</c>, a newline, and the manifest's octets.</remarks>
internal static class BackupSignature
{
    /// <summary>Its name in the backup; it follows the manifest.</summary>
    internal const string Name = "manifest.sig";

    internal const int Length = 64;

    private static ReadOnlySpan<byte> Context => "hub-backup-manifest/1\n"u8;

    internal static ValueTask<byte[]> SignAsync(byte[] manifest, ISigner statement, CancellationToken cancellationToken) => statement.SignAsync((byte[])[.. Context, .. manifest], cancellationToken);

    internal static bool Verifies(ReadOnlySpan<byte> manifest, ReadOnlySpan<byte> signature, VerificationKey statement) =>
        statement.Verify(SignatureAlgorithm.Es256, [.. Context, .. manifest], signature);
}
