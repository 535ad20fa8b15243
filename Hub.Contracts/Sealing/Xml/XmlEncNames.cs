namespace Hub.Contracts.Sealing.Xml;

/// <summary>Namespaces and algorithms of XML Encryption 1.1.</summary>
internal static class XmlEncNames
{
    internal const string Enc = "http://www.w3.org/2001/04/xmlenc#";
    internal const string Enc11 = "http://www.w3.org/2009/xmlenc11#";
    internal const string Sig = "http://www.w3.org/2000/09/xmldsig#";
    internal const string Sig11 = "http://www.w3.org/2009/xmldsig11#";

    internal const string Element = Enc + "Element";
    internal const string Content = Enc + "Content";
    internal const string EncryptedKeyType = Enc + "EncryptedKey";
    internal const string Aes256Gcm = Enc11 + "aes256-gcm";
    internal const string RsaOaep = Enc11 + "rsa-oaep";
    internal const string RsaOaepMgf1p = Enc + "rsa-oaep-mgf1p";
    internal const string Mgf1Sha1 = Enc11 + "mgf1sha1";
    internal const string Mgf1Sha256 = Enc11 + "mgf1sha256";
    internal const string Sha1 = Sig + "sha1";
    internal const string Sha256 = Enc + "sha256";
    internal const string KwAes256 = Enc + "kw-aes256";
    internal const string EcdhEs = Enc11 + "ECDH-ES";
    internal const string ConcatKdf = Enc11 + "ConcatKDF";
    internal const string OidPrefix = "urn:oid:";
}
