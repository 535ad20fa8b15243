using System.Xml;
using System.Xml.Schema;
using Hub.Contracts.Envelopes;
using Hub.Tests.Golden;
using Hub.Tests.House;

namespace Hub.Tests.Xml;

/// <summary>schemas/envelope.xsd says what the reader does, as far as a schema can.</summary>
[TestFixture]
public sealed class EnvelopeSchemaTests
{
    private static readonly Lazy<XmlSchemaSet> Schemas = new(() =>
    {
        var schemas = new XmlSchemaSet { XmlResolver = null };
        foreach (var file in new[] { "xmldsig-profile.xsd", "envelope.xsd" })
        {
            using var reader = XmlReader.Create(Repository.PathOf("schemas", file));
            schemas.Add(null, reader);
        }

        schemas.Compile();
        return schemas;
    });

    private static readonly string[] BadInStructure =
    [
        "field-unknown", "field-twice", "field-order", "field-nested", "field-missing", "text-between", "attribute-", "xsw1", "xsw2", "xsw3", "xsw4", "xsw5", "xsw6", "xsw8",
        "two-", "sha1", "md5", "c14n-", "keyinfo-", "signature-id", "signature-first", "reference-", "transforms-one", "transforms-none", "transform-xslt",
        "priority", "time-", "id-path", "namespace-version", "unsigned", "empty-object", "payload-two",
    ];

    private static IEnumerable<string> Files(bool good) =>
        from entry in GoldenManifest.ReadSamples(EnvelopeEncoding.Xml)
        where (string)entry["expected"]! == "ok" == good
        select (string)entry["file"]!;

    private static IEnumerable<TestCaseData> GoodFiles() => Files(good: true).Select(Case);

    private static IEnumerable<TestCaseData> BadFiles() =>
        Files(good: false).Where(file => BadInStructure.Any(part => file.Contains($"bad-{part}", StringComparison.Ordinal))).Select(Case);

    private static TestCaseData Case(string file) => new TestCaseData(file).SetArgDisplayNames(file);

    [TestCaseSource(nameof(GoodFiles))]
    public void Schema_OfAGoodSample_FindsNoFault(string file) => Assert.That(Faults(file), Is.Empty);

    [TestCaseSource(nameof(BadFiles))]
    public void Schema_OfASampleBadInStructure_FindsAFault(string file) => Assert.That(Faults(file), Is.Not.Empty);

    private static List<string> Faults(string file)
    {
        var faults = new List<string>();
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema, Schemas = Schemas.Value, XmlResolver = null };
        settings.ValidationFlags |= XmlSchemaValidationFlags.ReportValidationWarnings;
        settings.ValidationEventHandler += (_, fault) => faults.Add(fault.Message);
        try
        {
            using var reader = XmlReader.Create(Path.Combine(GoldenManifest.Folder, "xml", file), settings);
            while (reader.Read())
            {
            }
        }
        catch (XmlException fault)
        {
            faults.Add(fault.Message);
        }

        return faults;
    }
}
