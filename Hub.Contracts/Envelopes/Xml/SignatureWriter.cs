using System.Text;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>Signs a document: inclusive Canonical XML 1.0, SHA-256 for the document, the key's own hash for the signature.</summary>
internal static class SignatureWriter
{
    private const string C14N = SignatureMethods.Inclusive;

    internal static async ValueTask<byte[]> SignAsync(
        UnsignedDocument document, ISigner signer, EnvelopeLimits limits, CancellationToken cancellationToken)
    {
        // In canonical form, alone (as it is signed), SignedInfo carries the declaration that in place stands on Signature.
        var signedInfo = SignedInfo(signer.Algorithm, document.Digest);
        var value = await signer.SignAsync(
            Encoding.UTF8.GetBytes($"<SignedInfo xmlns=\"{XmlNames.Signature}\">{signedInfo}</SignedInfo>"), cancellationToken);
        var signature = Encoding.UTF8.GetBytes(
            $"<Signature xmlns=\"{XmlNames.Signature}\"><SignedInfo>{signedInfo}</SignedInfo>"
            + $"<SignatureValue>{Convert.ToBase64String(value)}</SignatureValue><KeyInfo>{KeyInfo(signer)}</KeyInfo></Signature>{EnvelopeWriter.EndTag}");
        var length = document.Body.Length + signature.Length;
        if (length > limits.MaxBytes)
            throw ProblemCode.TooLarge.With($"The envelope has {length} bytes; the limit is {limits.MaxBytes}. Send large content as an upload.");
        return [.. document.Body.Span, .. signature];
    }

    private static string SignedInfo(SignatureAlgorithm algorithm, byte[] digest) =>
        Method("CanonicalizationMethod", C14N) + Method("SignatureMethod", SignatureMethods.NameOf(algorithm))
        + "<Reference URI=\"\"><Transforms>" + Method("Transform", SignatureMethods.Enveloped) + Method("Transform", C14N) + "</Transforms>"
        + Method("DigestMethod", SignatureMethods.Sha256) + $"<DigestValue>{Convert.ToBase64String(digest)}</DigestValue></Reference>";

    private static string Method(string element, string algorithm) => $"<{element} Algorithm=\"{algorithm}\"></{element}>";

    private static string KeyInfo(ISigner signer)
    {
        if (signer.Certificate is { IsEmpty: false } certificate)
            return $"<X509Data><X509Certificate>{Convert.ToBase64String(certificate.Span)}</X509Certificate></X509Data>";
        if (signer.KeyId is not { Length: > 0 and <= 200 } || TextRules.FaultInLine(signer.KeyId) is not null)
            throw ProblemCode.MalformedEnvelope.With($"The signer's key id {TextRules.Quote(signer.KeyId)} must have 1 to 200 characters and no controls.");
        return $"<KeyName>{signer.KeyId.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)}</KeyName>";
    }
}
