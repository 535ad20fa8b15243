using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Hub.Contracts.Envelopes;

namespace Hub.Apps.Archive;

/// <summary>What the archive needs of a <c>vn.document.v1</c> payload (<c>schemas/vn.document.v1.xsd</c>).</summary>
/// <param name="DocumentId">The document's own key, the same wherever it goes.</param>
/// <param name="Number">Số.</param>
/// <param name="Notation">Ký hiệu.</param>
/// <param name="Subject">Trích yếu.</param>
/// <param name="Issuer">Code of the issuing agency.</param>
/// <param name="Issued">Date of promulgation.</param>
internal sealed record OfficialDocument(string DocumentId, string Number, string Notation, string Subject, string Issuer, DateOnly Issued)
{
    private const int MaxCharacters = 2_000_000;
    private const int MaxSubject = 20_000;
    private const int MaxShortText = 500;
    private static readonly XNamespace Ns = "urn:hub:vn:document:1";

    /// <summary>Reads a payload; null with a reason for people when it is no document.</summary>
    internal static OfficialDocument? Read(Payload? payload, out string reason)
    {
        reason = "";
        if (payload is not { Form: PayloadForm.Xml, Encryption: PayloadEncryption.None })
        {
            reason = "Nội dung không phải là XML đọc được (vn.document.v1).";
            return null;
        }

        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaxCharacters };
            using var reader = XmlReader.Create(new MemoryStream(payload.Data.ToArray(), writable: false), settings);
            return Read(XElement.Load(reader), out reason);
        }
        catch (XmlException broken)
        {
            reason = $"Không đọc được nội dung XML (dòng {broken.LineNumber}).";
            return null;
        }
    }

    private static OfficialDocument? Read(XElement root, out string reason)
    {
        if (root.Name != Ns + "Document")
        {
            reason = $"Phần tử gốc không phải là Document của {Ns}.";
            return null;
        }

        List<string> missing = [];
        var document = new OfficialDocument(
            Text(root, missing, "DocumentId"), Text(root, missing, "Code", "CodeNumber"), Text(root, missing, "Code", "CodeNotation"),
            Text(root, missing, "Subject"), Text(root, missing, "From", "OrganId"),
            Date(root, missing, "PromulgationInfo", "PromulgationDate"));
        reason = missing.Count == 0 ? "" : $"Văn bản thiếu hoặc sai: {string.Join(", ", missing)}.";
        return missing.Count == 0 ? document : null;
    }

    private static string Text(XElement root, List<string> missing, params ReadOnlySpan<string> path)
    {
        var element = root;
        foreach (var name in path) element = element?.Element(Ns + name);
        var text = element?.Value.Trim();
        if (text?.Length is > 0 && text.Length <= (path[^1] == "Subject" ? MaxSubject : MaxShortText)) return text;
        missing.Add(string.Join('/', path.ToArray()));
        return "";
    }

    private static DateOnly Date(XElement root, List<string> missing, params ReadOnlySpan<string> path)
    {
        var found = missing.Count;
        var text = Text(root, missing, path);
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return date;
        if (missing.Count == found) missing.Add(string.Join('/', path.ToArray()));
        return default;
    }
}
