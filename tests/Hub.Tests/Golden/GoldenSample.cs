using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Tests.Golden;

/// <summary>One signed sample and the verdict that every version must give.</summary>
/// <param name="File">File name within schemas/golden/json or schemas/golden/xml.</param>
/// <param name="Octets">The exact bytes.</param>
/// <param name="Encoding">Their encoding.</param>
/// <param name="Expected"><c>ok</c>, or the problem code.</param>
/// <param name="About">What the sample shows, one English sentence.</param>
/// <param name="Model">For good ones: the model it was written from, whose facts go to the manifest.</param>
/// <param name="KeyId">For good ones: the key that verifies it.</param>
/// <param name="Algorithm">For good ones: the algorithm it is signed with.</param>
public sealed record GoldenSample(
    string File, byte[] Octets, EnvelopeEncoding Encoding, string Expected, string About,
    Envelope? Model = null, string? KeyId = null, Hub.Contracts.Signatures.SignatureAlgorithm? Algorithm = null)
{
    public static GoldenSample Good(
        string file, byte[] octets, EnvelopeEncoding encoding, string about, Envelope model, string keyId, Hub.Contracts.Signatures.SignatureAlgorithm algorithm) =>
        new(file, octets, encoding, "ok", about, model, keyId, algorithm);

    public static GoldenSample Bad(string file, byte[] octets, EnvelopeEncoding encoding, ProblemCode expected, string about) =>
        new(file, octets, encoding, expected.Code, about);
}
