using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Problems;

namespace Hub.Host.AgencyClient;

/// <summary>A signed envelope that a sender kept, exactly as it was sent.</summary>
/// <param name="Octets">Its exact bytes.</param>
/// <param name="Encoding">Their encoding.</param>
/// <param name="Envelope">What they say; the signature is the hub's to verify.</param>
internal sealed record SignedEnvelopeFile(ReadOnlyMemory<byte> Octets, EnvelopeEncoding Encoding, Envelope Envelope)
{
    /// <summary>Reads a file; XML and JWS are told apart by their first byte.</summary>
    /// <exception cref="ProblemException">The file holds no envelope, e.g. <c>malformed-envelope</c> or <c>too-large</c>.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SignedEnvelopeFile Read(string path)
    {
        var limits = EnvelopeLimits.Default;
        using var file = File.OpenRead(path);
        if (file.Length > limits.MaxBytes)
            throw ProblemCode.TooLarge.With($"'{path}' has {file.Length} bytes; an envelope has at most {limits.MaxBytes}.");
        var octets = new byte[file.Length];
        file.ReadExactly(octets);
        var encoding = octets is [(byte)'<' or 0xEF, ..] ? EnvelopeEncoding.Xml : EnvelopeEncoding.Json;
        var envelope = encoding == EnvelopeEncoding.Xml ? XmlEnvelope.ReadUnverified(octets, limits) : JsonEnvelope.ReadUnverified(octets, limits);
        return new SignedEnvelopeFile(octets, encoding, envelope);
    }
}
