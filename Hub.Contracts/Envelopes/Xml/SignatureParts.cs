using System.Security.Cryptography;
using Hub.Contracts.Signatures;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>A canonicalisation that a signature names.</summary>
/// <param name="Form">The form.</param>
/// <param name="InclusivePrefixes">Its <c>InclusiveNamespaces</c>, empty text for <c>#default</c>.</param>
internal sealed record Canonicalisation(CanonicalForm Form, IReadOnlySet<string> InclusivePrefixes);

/// <summary>What an XML Signature of the profile says.</summary>
/// <param name="Algorithm">SignatureMethod.</param>
/// <param name="Transform">The canonicalisation of the document.</param>
/// <param name="Digest">DigestMethod.</param>
/// <param name="DigestValue">DigestValue.</param>
/// <param name="Value">SignatureValue.</param>
/// <param name="Key">KeyInfo.</param>
/// <param name="SignedInfo">The octets that the signature value signs.</param>
internal sealed record SignatureParts(
    SignatureAlgorithm Algorithm,
    Canonicalisation Transform,
    HashAlgorithmName Digest,
    byte[] DigestValue,
    byte[] Value,
    KeyHint Key,
    ReadOnlyMemory<byte> SignedInfo);
