namespace Hub.Contracts.Envelopes.Xml;

/// <summary>What one pass over a document found.</summary>
/// <param name="Envelope">The model, not yet believed.</param>
/// <param name="Signature">The signature, if there is one.</param>
/// <param name="ContentDigest">SHA-256 of the inclusive canonical form without the signature.</param>
/// <param name="Uncovered">See <see cref="CanonicalWriter.Uncovered"/>.</param>
internal sealed record ParsedDocument(
    Envelope Envelope, SignatureParts? Signature, byte[] ContentDigest, IReadOnlyCollection<string> Uncovered);
