namespace Hub.Contracts.Sealing;

/// <summary>What sealed content held.</summary>
/// <param name="Data">The plain bytes; for XML Encryption one element in inclusive Canonical XML 1.0, standing alone.</param>
/// <param name="MediaType">Their media type; null when the sealer stated none.</param>
/// <param name="Binding">Who sealed it for whom; null when the sealer did not say, and always null for XML Encryption.
/// See <see cref="SealBinding"/> for what it proves.</param>
public sealed record OpenedContent(ReadOnlyMemory<byte> Data, string? MediaType, SealBinding? Binding);
