using System.Xml;
using System.Xml.Schema;

namespace Hub.Tests.Apps;

public class VnDocumentSchemaTests
{
    [Test]
    public void Example_AgainstItsSchema_IsValid() => Assert.That(Faults(File.ReadAllText(Example)), Is.Empty);

    [TestCase("<PromulgationDate>2017-05-22", "<PromulgationDate>2017/05/22")]
    [TestCase("<BussinessDocType>0", "<BussinessDocType>4")]
    [TestCase("<DocumentId>H06,2017/05/22,125/UBND-TH</DocumentId>", "")]
    public void Example_Broken_IsNotValid(string good, string bad) =>
        Assert.That(Faults(File.ReadAllText(Example).Replace(good, bad, StringComparison.Ordinal)), Is.Not.Empty);

    private static string Example => Path.Combine(Schemas, "examples", "vn.document.v1.xml");

    internal static string Schemas
    {
        get
        {
            var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Hub.sln"))) folder = folder.Parent!;
            return Path.Combine(folder.FullName, "schemas");
        }
    }

    private static List<string> Faults(string document)
    {
        var faults = new List<string>();
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema, DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        settings.Schemas.Add("urn:hub:vn:document:1", Path.Combine(Schemas, "vn.document.v1.xsd"));
        settings.ValidationFlags |= XmlSchemaValidationFlags.ReportValidationWarnings;
        settings.ValidationEventHandler += (_, fault) => faults.Add(fault.Message);
        using var reader = XmlReader.Create(new StringReader(document), settings);
        while (reader.Read())
        {
        }

        return faults;
    }
}
