namespace Hub.Core.Registry.Changes;

/// <summary>Whether a key is believed more than before. Pure.</summary>
internal static class KeyTrust
{
    /// <summary>What is added; null when nothing is.</summary>
    internal static string? Added(SystemKey? before, SystemKey after)
    {
        if (before is null) return $"the key {Short(after)} is added";
        if (before.Key.Thumbprint != after.Key.Thumbprint) return $"the key {Short(before)} is replaced by {Short(after)}";
        if (before.Use != after.Use) return $"the key {Short(after)} is for another use";
        if (Validity.Of(after).ExceedsAny(Validity.Of(before))) return $"the key {Short(after)} holds longer, or again";
        if (before.Development && !after.Development) return $"the key {Short(after)} no longer counts as one for development";
        // Without its certificate, or with another, a key escapes what was said about the old one, e.g. its revocation.
        return SameCertificate(before, after) ? null : $"the key {Short(after)} stands on another certificate";
    }

    private static bool SameCertificate(SystemKey one, SystemKey other) =>
        (one.Key.CertificateSha256 ?? []).AsSpan().SequenceEqual(other.Key.CertificateSha256 ?? [])
        && one.Certificate.GetValueOrDefault().Span.SequenceEqual(other.Certificate.GetValueOrDefault().Span);

    private static string Short(SystemKey key) => $"'{key.Key.Id}' ({key.Key.Thumbprint[..16]}…)";
}
