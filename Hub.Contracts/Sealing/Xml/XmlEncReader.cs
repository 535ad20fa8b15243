using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Sealing.Xml;

/// <summary>Takes an <c>EncryptedData</c> apart. Every element and attribute has one place; all others are refused by name.</summary>
internal sealed class XmlEncReader
{
    private readonly CanonicalReader _xml;
    private readonly SealingLimits _limits;

    private XmlEncReader(CanonicalReader xml, SealingLimits limits)
    {
        _xml = xml;
        _limits = limits;
    }

    internal static XmlEncParts Read(ReadOnlyMemory<byte> document, SealingLimits limits)
    {
        SealingFaults.CheckSize(document.Length, limits);
        using var sink = new OctetSink(hash: null);
        using var xml = new CanonicalReader(
            document, sink, new CanonicalWriter(sink, CanonicalForm.Inclusive, []), EnvelopeLimits.Default with { MaxBytes = limits.MaxBytes, MaxDepth = 16 });
        return new XmlEncReader(xml, limits).ReadData();
    }

    private XmlEncParts ReadData()
    {
        if (_xml.Next() != XmlPart.Start || !_xml.Start.Is(XmlEncNames.Enc, "EncryptedData"))
            throw SealingFaults.Malformed($"has the element {TextRules.Quote(_xml.Start.Name)}, where EncryptedData of {XmlEncNames.Enc} stands");
        _xml.OnlyAttributes("EncryptedData", "Id", "Type", "MimeType");
        var type = _xml.Attribute("Type");
        if (type is not (XmlEncNames.Element or XmlEncNames.Content)) throw SealingFaults.Unsupported("Type", type, "Element, or Content of one element");
        var mediaType = _xml.Attribute("MimeType");
        _xml.Expect(XmlEncNames.Enc, "EncryptionMethod");
        var method = _xml.Algorithm();
        if (method != XmlEncNames.Aes256Gcm) throw SealingFaults.Unsupported("content encryption", method, $"{XmlEncNames.Aes256Gcm} (CBC modes are open to padding oracles)");
        _xml.ExpectEnd("EncryptionMethod");
        _xml.Expect(XmlEncNames.Sig, "KeyInfo");
        var keys = ReadKeys();
        var cipher = _xml.ReadCipher(_limits.MaxBytes);
        _xml.ExpectEnd("EncryptedData");
        while (_xml.Next() != XmlPart.Finished)
        {
        }

        if (cipher.Length < ContentCipher.NonceBytes + ContentCipher.TagBytes) throw SealingFaults.Malformed($"has {cipher.Length} bytes of cipher; nonce and tag alone have 28");
        return new XmlEncParts(EnvelopeRules.IsMediaType(mediaType) ? mediaType : null, keys, cipher);
    }

    private List<WrappedKey> ReadKeys()
    {
        List<WrappedKey> keys = [];
        while (_xml.NextChild("KeyInfo"))
        {
            if (!_xml.Start.Is(XmlEncNames.Enc, "EncryptedKey")) throw SealingFaults.Unsupported("element in KeyInfo", _xml.Start.Name, "EncryptedKey");
            if (keys.Count == _limits.MaxRecipients) throw ProblemCode.TooLarge.With($"The sealed content has more than {_limits.MaxRecipients} EncryptedKey elements, the limit.");
            keys.Add(new EncryptedKeyReader(_xml).Read());
        }

        return keys.Count > 0 ? keys : throw SealingFaults.Malformed("has no EncryptedKey: there is no way to its content key");
    }
}
