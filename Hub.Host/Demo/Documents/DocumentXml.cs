using System.Globalization;
using System.Text;
using System.Xml;
using Hub.Contracts.Envelopes;

namespace Hub.Host.Demo.Documents;

/// <summary>Writes documents as payloads of <c>vn.document.v1</c> (schemas/vn.document.v1.xsd).</summary>
internal static class DocumentXml
{
    private const string Namespace = "urn:hub:vn:document:1";

    private static readonly XmlWriterSettings Settings = new()
    {
        OmitXmlDeclaration = true, Encoding = new UTF8Encoding(false), NewLineHandling = NewLineHandling.None,
    };

    public static Payload ToPayload(OfficialDocument document)
    {
        using var target = new MemoryStream();
        using (var xml = XmlWriter.Create(target, Settings)) Write(xml, document);
        return new Payload { Form = PayloadForm.Xml, MediaType = "application/xml", Data = target.ToArray() };
    }

    private static void Write(XmlWriter xml, OfficialDocument document)
    {
        xml.WriteStartElement("Document", Namespace);
        Organisation(xml, "From", document.Issuer);
        foreach (var recipient in document.Recipients) Organisation(xml, "To", recipient);
        Text(xml, "DocumentId", document.DocumentId);
        Group(xml, "Code", () =>
        {
            Text(xml, "CodeNumber", document.Number.ToString(CultureInfo.InvariantCulture));
            Text(xml, "CodeNotation", document.Notation);
        });
        Group(xml, "PromulgationInfo", () =>
        {
            Text(xml, "Place", document.Issuer.Place);
            Date(xml, "PromulgationDate", document.Date);
        });
        Group(xml, "DocumentType", () =>
        {
            Text(xml, "Type", document.Kind.Type.ToString(CultureInfo.InvariantCulture));
            Text(xml, "TypeName", document.Kind.Name);
        });
        Text(xml, "Subject", document.Subject);
        Text(xml, "Content", document.Content);
        Group(xml, "SignerInfo", () =>
        {
            Text(xml, "Competence", document.Issuer.Competence);
            Text(xml, "Position", document.Issuer.Position);
            Text(xml, "FullName", "(đã ký số)");
        });
        if (document.Due is { } due) Date(xml, "DueDate", due);
        Group(xml, "ToPlaces", () =>
        {
            Text(xml, "Place", "Như trên");
            Text(xml, "Place", "Lưu: VT");
        });
        Group(xml, "OtherInfo", () => Text(xml, "Priority", document.Priority.ToString(CultureInfo.InvariantCulture)));
        if (document.Answers is { } answered) ResponseFor(xml, answered);
        Text(xml, "BussinessDocType", "0");
        xml.WriteEndElement();
    }

    private static void ResponseFor(XmlWriter xml, OfficialDocument answered) => Group(xml, "ResponseFor", () =>
    {
        Text(xml, "OrganId", answered.Issuer.Code);
        Text(xml, "Code", answered.Code);
        Text(xml, "DocumentId", answered.DocumentId);
        Date(xml, "PromulgationDate", answered.Date);
    });

    private static void Organisation(XmlWriter xml, string name, Office office) => Group(xml, name, () =>
    {
        Text(xml, "OrganId", office.Code);
        Text(xml, "OrganName", office.Name);
    });

    private static void Group(XmlWriter xml, string name, Action content)
    {
        xml.WriteStartElement(name, Namespace);
        content();
        xml.WriteEndElement();
    }

    private static void Text(XmlWriter xml, string name, string value) => xml.WriteElementString(name, Namespace, value);

    private static void Date(XmlWriter xml, string name, DateOnly date) =>
        Text(xml, name, date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
}
