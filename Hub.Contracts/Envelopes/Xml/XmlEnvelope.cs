using System.Security.Cryptography;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>The XML encoding of the envelope: one enveloped XML Signature over the whole document.</summary>
public static class XmlEnvelope
{
    /// <summary>Parses and verifies; see <see cref="EnvelopeCodec.Verify"/>.</summary>
    /// <remarks>One pass builds the model and hashes it, so that what is verified is what is used. Exclusive
    /// canonicalisation is accepted where it signs the same octets as the inclusive one: every namespace declaration is
    /// used by the element it stands on, or its prefix is in <c>InclusiveNamespaces</c>.</remarks>
    /// <exception cref="ProblemException">What is wrong.</exception>
    public static VerifiedEnvelope Verify(ReadOnlyMemory<byte> octets, IKeyRing keys, EnvelopeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(limits);
        var document = EnvelopeReader.Read(octets, limits);
        var signature = document.Signature ?? throw ProblemCode.SignatureMissing.With("The document has no Signature as the last child of Envelope.");
        CheckCoverage(document, signature.Transform);
        var key = keys.Find(document.Envelope.From, signature.Key);
        var digest = signature.Digest == HashAlgorithmName.SHA256 ? document.ContentDigest : DocumentDigest.Compute(octets, signature.Digest, limits);
        if (!digest.AsSpan().SequenceEqual(signature.DigestValue))
            throw ProblemCode.SignatureInvalid.With($"The document's {signature.Digest} digest is not the DigestValue signed: the document was changed after signing, or canonicalised otherwise.");
        if (!key.Fits(signature.Algorithm))
            throw ProblemCode.SignatureInvalid.With($"The key {TextRules.Quote(key.Id)} cannot be used with {signature.Algorithm}.");
        if (!key.Verify(signature.Algorithm, signature.SignedInfo.Span, signature.Value))
            throw ProblemCode.SignatureInvalid.With($"The SignatureValue does not verify with the key {TextRules.Quote(key.Id)} and {signature.Algorithm}.");
        EnvelopeRules.Check(document.Envelope, limits, xmlIsRead: true);
        return new VerifiedEnvelope(
            document.Envelope, EnvelopeEncoding.Xml, octets, SHA256.HashData(octets.Span), document.ContentDigest, signature.Algorithm, key);
    }

    /// <summary>Parses without verifying, for tools that show a file. Never use the result as a sender's word.</summary>
    /// <remarks>The signature may be missing; one that is there must be of the profile.</remarks>
    /// <exception cref="ProblemException">What is wrong.</exception>
    public static Envelope ReadUnverified(ReadOnlyMemory<byte> octets, EnvelopeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        var envelope = EnvelopeReader.Read(octets, limits).Envelope;
        EnvelopeRules.Check(envelope, limits, xmlIsRead: true);
        return envelope;
    }

    /// <summary>Writes and signs; see <see cref="EnvelopeCodec.SignAsync"/>. The document, its signature left out, is
    /// already in canonical form.</summary>
    /// <exception cref="ProblemException">The envelope breaks a rule.</exception>
    public static ValueTask<byte[]> SignAsync(Envelope envelope, ISigner signer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        ArgumentNullException.ThrowIfNull(signer);
        EnvelopeRules.Check(envelope, EnvelopeLimits.Default);
        return SignatureWriter.SignAsync(EnvelopeWriter.Write(envelope, EnvelopeLimits.Default), signer, EnvelopeLimits.Default, cancellationToken);
    }

    private static void CheckCoverage(ParsedDocument document, Canonicalisation transform)
    {
        if (transform.Form == CanonicalForm.Inclusive) return;
        foreach (var prefix in document.Uncovered)
            if (!transform.InclusivePrefixes.Contains(prefix))
                throw ProblemCode.UnsupportedProfile.With(
                    $"Under exclusive canonicalisation a declaration of the prefix {TextRules.Quote(prefix.Length == 0 ? "#default" : prefix)} would be unsigned: the element it stands on does not use it. Sign with inclusive Canonical XML 1.0, or add the prefix to InclusiveNamespaces.");
    }
}
