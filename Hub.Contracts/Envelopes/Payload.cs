namespace Hub.Contracts.Envelopes;

/// <summary>The form in which content stands in the envelope.</summary>
public enum PayloadForm
{
    /// <summary>One XML element.</summary>
    Xml,

    /// <summary>One JSON value.</summary>
    Json,

    /// <summary>Bytes, written as base64.</summary>
    Bytes,
}

/// <summary>How content is sealed for the recipient; the hub cannot read it.</summary>
public enum PayloadEncryption
{
    /// <summary>Plain content.</summary>
    None,

    /// <summary>JSON Web Encryption, RFC 7516 (<c>jwe</c>); form <see cref="PayloadForm.Bytes"/>.</summary>
    Jwe,

    /// <summary>W3C XML Encryption 1.1 (<c>xmlenc11</c>); form <see cref="PayloadForm.Xml"/>.</summary>
    XmlEnc11,
}

/// <summary>The content of an envelope.</summary>
/// <remarks><see cref="Data"/> is, by form: <b>Xml</b> the element in inclusive Canonical XML 1.0 as UTF-8, with every
/// namespace in scope declared on it, so that it stands alone; <b>Json</b> the exact UTF-8 text of one JSON value as sent;
/// <b>Bytes</b> the bytes themselves.</remarks>
public sealed record Payload
{
    /// <summary>The form.</summary>
    public required PayloadForm Form { get; init; }

    /// <summary>Media type, RFC 6838, at most 127 characters, e.g. <c>application/xml</c>.</summary>
    public required string MediaType { get; init; }

    /// <summary>The content, see the remarks.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>How it is sealed, if it is.</summary>
    public PayloadEncryption Encryption { get; init; }

    /// <inheritdoc/>
    public bool Equals(Payload? other) => other is not null && Form == other.Form && Encryption == other.Encryption
        && MediaType == other.MediaType && Data.Span.SequenceEqual(other.Data.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Form, MediaType, Encryption, Data.Length);
}

/// <summary>A file that travels with the envelope: inline, or by the digest of an earlier upload.</summary>
public sealed record Attachment
{
    /// <summary>File name: 1 to 255 characters, no path separator, no control character, not <c>.</c> or <c>..</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Media type, RFC 6838.</summary>
    public required string MediaType { get; init; }

    /// <summary>Size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of the bytes, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The bytes when inline (at most 1 MiB); null when they were uploaded before.</summary>
    public ReadOnlyMemory<byte>? Inline { get; init; }

    /// <inheritdoc/>
    public bool Equals(Attachment? other) => other is not null && Name == other.Name && MediaType == other.MediaType
        && Size == other.Size && Sha256 == other.Sha256 && Inline.HasValue == other.Inline.HasValue
        && (!Inline.HasValue || Inline.Value.Span.SequenceEqual(other.Inline!.Value.Span));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Sha256, Size);
}
