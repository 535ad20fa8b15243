using System.Security.Cryptography;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;

namespace Hub.Tests.Xml;

/// <summary>The .NET library's own canonicaliser and XML Signature, to compare with.</summary>
public static class ForeignXml
{
    public static byte[] Canonicalise(byte[] octets, bool exclusive, string prefixes = "")
    {
        Transform transform = exclusive ? new XmlDsigExcC14NTransform(prefixes) : new XmlDsigC14NTransform();
        transform.LoadInput(Load(octets));
        using var output = (Stream)transform.GetOutput(typeof(Stream));
        using var octetsOut = new MemoryStream();
        output.CopyTo(octetsOut);
        return octetsOut.ToArray();
    }

    /// <summary>Signs a document in the hub's profile.</summary>
    public static byte[] Sign(string document, RSA key, string keyName, bool exclusive = false, string? prefixes = null)
    {
        var loaded = Load(Encoding.UTF8.GetBytes(document));
        var signed = new SignedXml(loaded) { SigningKey = key };
        var reference = new Reference("") { DigestMethod = SignedXml.XmlDsigSHA256Url };
        reference.AddTransform(new XmlDsigEnvelopedSignatureTransform());
        reference.AddTransform(exclusive ? new XmlDsigExcC14NTransform(prefixes ?? "") : new XmlDsigC14NTransform());
        signed.AddReference(reference);
        signed.SignedInfo!.SignatureMethod = SignedXml.XmlDsigRSASHA256Url;
        signed.SignedInfo.CanonicalizationMethod = exclusive ? SignedXml.XmlDsigExcC14NTransformUrl : SignedXml.XmlDsigC14NTransformUrl;
        signed.KeyInfo.AddClause(new KeyInfoName(keyName));
        signed.ComputeSignature();
        loaded.DocumentElement!.AppendChild(loaded.ImportNode(signed.GetXml(), deep: true));
        using var octets = new MemoryStream();
        using (var writer = XmlWriter.Create(octets, new XmlWriterSettings { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.Entitize }))
            loaded.Save(writer);
        return octets.ToArray();
    }

    public static bool Verify(byte[] octets, RSA key)
    {
        var document = Load(octets);
        var signed = new SignedXml(document);
        signed.LoadXml((XmlElement)document.DocumentElement!.LastChild!);
        return signed.CheckSignature(key);
    }

    private static XmlDocument Load(byte[] octets)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using var reader = XmlReader.Create(new MemoryStream(octets), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        document.Load(reader);
        return document;
    }
}
