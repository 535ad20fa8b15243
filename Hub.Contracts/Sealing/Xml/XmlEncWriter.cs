using Hub.Contracts.Envelopes.Xml;

namespace Hub.Contracts.Sealing.Xml;

/// <summary>Writes an <c>EncryptedData</c> that is its own canonical form.</summary>
internal sealed class XmlEncWriter
{
    private readonly OctetSink _sink;

    private XmlEncWriter(OctetSink sink) => _sink = sink;

    internal static ReadOnlyMemory<byte> Write(
        ReadOnlySpan<byte> element, string mediaType, IReadOnlyList<SealingKey> recipients, KeyWrapping rsaWrapping, SealingLimits limits)
    {
        var contentKey = ContentCipher.NewKey();
        var (nonce, ciphertext, tag) = ContentCipher.Encrypt(contentKey, element, []);
        using var sink = new OctetSink(hash: null);
        sink.StartCapture(limits.MaxBytes);
        var writer = new XmlEncWriter(sink);
        writer.Open(mediaType);
        foreach (var recipient in recipients) writer.EncryptedKey(recipient.Wrap(contentKey, rsaWrapping, []));
        writer.Raw("</ds:KeyInfo>");
        writer.CipherData([.. nonce, .. ciphertext, .. tag]);
        writer.Raw("</EncryptedData>");
        return sink.StopCapture();
    }

    private void Open(string mediaType)
    {
        Raw($"<EncryptedData xmlns=\"{XmlEncNames.Enc}\" xmlns:ds=\"{XmlEncNames.Sig}\" xmlns:dsig11=\"{XmlEncNames.Sig11}\" xmlns:xenc11=\"{XmlEncNames.Enc11}\" MimeType=\"");
        _sink.WriteAttribute(mediaType);
        Raw($"\" Type=\"{XmlEncNames.Element}\"><EncryptionMethod Algorithm=\"{XmlEncNames.Aes256Gcm}\"></EncryptionMethod><ds:KeyInfo>");
    }

    private void EncryptedKey(WrappedKey key)
    {
        Raw("<EncryptedKey");
        if (key.Name.Owner is { } owner)
        {
            Raw(" Recipient=\"");
            _sink.WriteAttribute(owner);
            Raw("\"");
        }

        Raw(">");
        Method(key.Wrapping);
        Raw("<ds:KeyInfo>");
        if (key.Agreement is { } agreement) AgreementMethod(agreement, key.Name);
        else KeyName(key.Name);
        Raw("</ds:KeyInfo>");
        CipherData(key.Value);
        Raw("</EncryptedKey>");
    }

    private void Method(KeyWrapping wrapping) => Raw(wrapping switch
    {
        KeyWrapping.EcdhAes256 => $"<EncryptionMethod Algorithm=\"{XmlEncNames.KwAes256}\"></EncryptionMethod>",
        KeyWrapping.RsaOaepSha1 => $"<EncryptionMethod Algorithm=\"{XmlEncNames.RsaOaepMgf1p}\"><ds:DigestMethod Algorithm=\"{XmlEncNames.Sha1}\"></ds:DigestMethod></EncryptionMethod>",
        _ => $"<EncryptionMethod Algorithm=\"{XmlEncNames.RsaOaep}\"><ds:DigestMethod Algorithm=\"{XmlEncNames.Sha256}\"></ds:DigestMethod><xenc11:MGF Algorithm=\"{XmlEncNames.Mgf1Sha256}\"></xenc11:MGF></EncryptionMethod>",
    });

    /// <summary>AlgorithmID, PartyUInfo and PartyVInfo are empty: one octet that says that no bit is padding.</summary>
    private void AgreementMethod(AgreementPart agreement, KeyName name)
    {
        Raw($"<AgreementMethod Algorithm=\"{XmlEncNames.EcdhEs}\"><xenc11:KeyDerivationMethod Algorithm=\"{XmlEncNames.ConcatKdf}\"><xenc11:ConcatKDFParams AlgorithmID=\"00\" PartyUInfo=\"00\" PartyVInfo=\"00\"><ds:DigestMethod Algorithm=\"{XmlEncNames.Sha256}\"></ds:DigestMethod></xenc11:ConcatKDFParams></xenc11:KeyDerivationMethod>");
        Raw($"<OriginatorKeyInfo><ds:KeyValue><dsig11:ECKeyValue><dsig11:NamedCurve URI=\"{XmlEncNames.OidPrefix}{agreement.Curve.Oid}\"></dsig11:NamedCurve><dsig11:PublicKey>");
        Raw(Convert.ToBase64String([4, .. agreement.Ephemeral.X!, .. agreement.Ephemeral.Y!]));
        Raw("</dsig11:PublicKey></dsig11:ECKeyValue></ds:KeyValue></OriginatorKeyInfo><RecipientKeyInfo>");
        KeyName(name);
        Raw("</RecipientKeyInfo></AgreementMethod>");
    }

    private void KeyName(KeyName name)
    {
        Raw("<ds:KeyName>");
        _sink.WriteText(name.Id);
        Raw("</ds:KeyName>");
    }

    private void CipherData(byte[] value)
    {
        Raw("<CipherData><CipherValue>");
        Raw(Convert.ToBase64String(value));
        Raw("</CipherValue></CipherData>");
    }

    private void Raw(string text) => _sink.Write(text.AsSpan());
}
