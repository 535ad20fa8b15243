using System.Text;
using System.Xml;
using System.Xml.Schema;
using Hub.Contracts.Envelopes;
using Hub.Host.Demo.Documents;

namespace Hub.Tests.Demo;

public class DocumentGeneratorTests
{
    private static readonly Office Province = new("H06", "Ủy ban nhân dân tỉnh Bà Rịa - Vũng Tàu");
    private static readonly Office Commune = new("H06.44.03", "Ủy ban nhân dân xã Láng Dài, huyện Đất Đỏ");
    private static readonly DateOnly Today = new(2017, 5, 22);

    [Test]
    public void Next_EveryKind_IsValidAgainstTheSchema()
    {
        foreach (var kind in DocumentGenerator.Kinds)
        {
            for (var seed = 0; seed < 10; seed++)
            {
                var generator = new DocumentGenerator(seed, Today);
                var first = generator.Next(DocumentKind.Letter, Province, [Commune]);
                var payload = DocumentXml.ToPayload(generator.Next(kind, Commune, [Province], answers: first));
                Assert.That(Faults(payload), Is.Empty, kind.Name);
            }
        }
    }

    [Test]
    public void Next_SameSeed_MakesTheSameDocument()
    {
        static Payload Make() => DocumentXml.ToPayload(new DocumentGenerator(7, Today).Next(DocumentKind.Plan, Province, [Commune]));
        var first = Make();
        Assert.That(Make(), Is.EqualTo(first));
    }

    [TestCase("G14", "Bộ Thông tin và Truyền thông", "BTTTT", "Hà Nội")]
    [TestCase("G22", "Văn phòng Chính phủ", "VPCP", "Hà Nội")]
    [TestCase("H06.09", "Sở Thông tin và Truyền thông tỉnh Bà Rịa - Vũng Tàu", "STTTT", "Bà Rịa")]
    [TestCase("H06", "Ủy ban nhân dân tỉnh Bà Rịa - Vũng Tàu", "UBND", "Bà Rịa")]
    [TestCase("H06.44.03", "Ủy ban nhân dân xã Láng Dài, huyện Đất Đỏ", "UBND", "Láng Dài")]
    [TestCase("H06.40.01", "Ủy ban nhân dân phường 1, thành phố Vũng Tàu", "UBND", "Phường 1")]
    public void Office_OfAName_HasTheUsualAbbreviationAndSeat(string code, string name, string abbreviation, string place)
    {
        var office = new Office(code, name);
        Assert.That((office.Abbreviation, office.Place), Is.EqualTo((abbreviation, place)));
    }

    [Test]
    public void SmallPdf_OfADocument_HasItsTablesWhereItSays()
    {
        var pdf = Encoding.ASCII.GetString(SmallPdf.Of(new DocumentGenerator(1, Today).Next(DocumentKind.Decision, Province, [Commune])));
        var table = int.Parse(pdf.Split("startxref\n")[1].Split('\n')[0]);
        Assert.That(pdf[table..], Does.StartWith("xref\n0 6\n"));
        var third = int.Parse(pdf[table..].Split('\n')[5][..10]);
        Assert.That(pdf[third..], Does.StartWith("3 0 obj"));
        Assert.That(pdf, Does.Contain("UY BAN NHAN DAN TINH BA RIA - VUNG TAU").And.Not.Contain("?"));
    }

    [Test]
    public void StatisticsTable_OfASize_IsAtLeastThatLong() => Assert.That(StatisticsTable.Of(100_000, 1), Has.Length.GreaterThanOrEqualTo(100_000));

    private static List<string> Faults(Payload payload)
    {
        var faults = new List<string>();
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema, DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        settings.Schemas.Add("urn:hub:vn:document:1", Path.Combine(Root, "schemas", "vn.document.v1.xsd"));
        settings.ValidationFlags |= XmlSchemaValidationFlags.ReportValidationWarnings;
        settings.ValidationEventHandler += (_, fault) => faults.Add(fault.Message);
        using var reader = XmlReader.Create(new MemoryStream(payload.Data.ToArray()), settings);
        while (reader.Read())
        {
        }

        return faults;
    }

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Hub.sln"))) folder = folder.Parent!;
            return folder.FullName;
        }
    }
}
