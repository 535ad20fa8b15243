using System.Text;
using Hub.Core.Registry;
using Hub.Core.Services;

namespace Hub.Tests.Services;

/// <summary>XML Schema 1.0 alone, in one document, within limits.</summary>
[TestFixture]
public sealed class XsdSchemaTests
{
    private const string Land = """
        <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:dat" targetNamespace="urn:dat" elementFormDefault="qualified">
          <xs:element name="Thua" type="Thua"/>
          <xs:complexType name="Thua">
            <xs:sequence>
              <xs:element name="So"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="[0-9]{1,5}"/></xs:restriction></xs:simpleType></xs:element>
              <xs:element name="DienTich" type="xs:decimal" maxOccurs="unbounded"/>
            </xs:sequence>
            <xs:attribute name="to" type="xs:int" use="required"/>
          </xs:complexType>
        </xs:schema>
        """;

    [Test]
    public void Validate_WhatFulfilsIt_HasNoFault() =>
        Assert.That(Faults("""<Thua xmlns="urn:dat" to="3"><So>12</So><DienTich>1.5</DienTich></Thua>"""), Is.Empty);

    [TestCase("""<Thua xmlns="urn:dat" to="x"><So>12</So><DienTich>1</DienTich></Thua>""")]
    [TestCase("""<Thua xmlns="urn:dat"><So>12</So><DienTich>1</DienTich></Thua>""")]
    [TestCase("""<Thua xmlns="urn:dat" to="3"><So>12</So></Thua>""")]
    [TestCase("""<Thua xmlns="urn:dat" to="3"><So>123456</So><DienTich>1</DienTich></Thua>""")]
    [TestCase("""<Thua xmlns="urn:dat" to="3"><So>1</So><DienTich>1</DienTich><Khac/></Thua>""")]
    [TestCase("""<So xmlns="urn:dat">1</So>""")]
    [TestCase("""<Thua to="3"/>""")]
    [TestCase("""<x:Thua xmlns:x="urn:khac" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:khac http://127.0.0.1:9/x.xsd"/>""")]
    public void Validate_WhatBreaksIt_HasAFault(string payload) => Assert.That(Faults(payload), Is.Not.Empty);

    [Test]
    public void Validate_AFault_QuotesNoContent()
    {
        var fault = Faults("""<Thua xmlns="urn:dat" to="3"><So>bí mật</So><DienTich>1</DienTich></Thua>""").Single();
        Assert.That((fault.Rule.Contains("bí mật", StringComparison.Ordinal), fault.Place, fault.Rule.EndsWith("The Pattern constraint failed.", StringComparison.Ordinal)), Is.EqualTo((false, "line 1, position 42, after <So>", true)));
    }

    [Test]
    public void Validate_ManyFaults_ListsTwenty() =>
        Assert.That(Faults($"""<Thua xmlns="urn:dat" to="3"><So>1</So>{string.Concat(Enumerable.Repeat("<DienTich>x</DienTich>", 100))}</Thua>"""), Has.Count.EqualTo(ServiceDialects.MaxFaults));

    [Test]
    public void Validate_FromManyThreads_GivesEachItsOwnAnswer()
    {
        var (schema, _) = Compile(Land);
        var counts = Enumerable.Range(0, 2_000).AsParallel().Select(i => schema!.Validate(Encoding.UTF8.GetBytes($"""<Thua xmlns="urn:dat" to="{(i % 2 == 0 ? "3" : "x")}"><So>12</So><DienTich>1</DienTich></Thua>""")).Count == i % 2);
        Assert.That(counts.All(right => right), Is.True);
    }

    [TestCase("""<xs:include schemaLocation="a.xsd"/>""")]
    [TestCase("""<xs:import namespace="urn:x" schemaLocation="http://127.0.0.1:9/x.xsd"/>""")]
    [TestCase("""<xs:redefine schemaLocation="a.xsd"/>""")]
    [TestCase("""<xs:override schemaLocation="a.xsd"/>""")]
    [TestCase("""<xs:element name="a"><xs:complexType><xs:assert test="1"/></xs:complexType></xs:element>""")]
    [TestCase("""<xs:element name="a"><xs:alternative test="1" type="xs:int"/></xs:element>""")]
    [TestCase("""<xs:element xmlns:vc="http://www.w3.org/2007/XMLSchema-versioning" name="a" vc:minVersion="1.1"/>""")]
    [TestCase("""<xs:element name="a"><xs:complexType><xs:sequence><xs:element name="b" maxOccurs="1001"/></xs:sequence></xs:complexType></xs:element>""")]
    [TestCase("""<xs:element name="a"><xs:complexType><xs:sequence maxOccurs="1000"><xs:element name="b" maxOccurs="1000"/></xs:sequence></xs:complexType></xs:element>""")]
    [TestCase("""<xs:element name="a"><xs:complexType><xs:sequence><xs:element name="b" minOccurs="99999999999999999999999999999999999" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>""")]
    [TestCase("""<xs:element name="a"><xs:complexType><xs:choice><xs:element name="b"/><xs:sequence><xs:element name="b"/></xs:sequence></xs:choice></xs:complexType></xs:element>""")]
    [TestCase("""<xs:element name="a" type="missing"/>""")]
    [TestCase("""<xs:element name="a" type="xs:dateTimeStamp"/>""")]
    [TestCase("""<xs:element name="a"><xs:complexType><xs:attribute name="b" inheritable="true"/></xs:complexType></xs:element>""")]
    [TestCase("""<xs:complexType name="a"/>""")]
    [TestCase("""<xs:element name="a"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="["/></xs:restriction></xs:simpleType></xs:element>""")]
    public void Check_WhatIsNotInTheDialect_IsRefused(string content) =>
        Assert.That(Compile($"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{content}</xs:schema>""").Mistakes, Is.Not.Empty);

    [TestCase("""<!DOCTYPE a [<!ENTITY b "c">]><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"/></xs:schema>""")]
    [TestCase("<a/>")]
    [TestCase("")]
    public void Check_WhatIsNoSchema_IsRefused(string text) => Assert.That(Compile(text).Mistakes, Is.Not.Empty);

    [Test]
    public void Check_GroupsThatMultiply_AreRefusedBeforeTheyAreCompiled()
    {
        var groups = string.Concat(Enumerable.Range(0, 40).Select(i => $"""<xs:group name="g{i}"><xs:sequence><xs:group ref="g{i + 1}"/><xs:group ref="g{i + 1}"/></xs:sequence></xs:group>"""));
        Assert.That(Compile($"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{groups}<xs:group name="g40"><xs:sequence><xs:element name="x"/></xs:sequence></xs:group><xs:element name="a"><xs:complexType><xs:group ref="g0"/></xs:complexType></xs:element></xs:schema>""").Mistakes, Is.Not.Empty);
    }

    [Test, CancelAfter(20_000)]
    public void Check_TheLargestContentModel_CompilesInTime()
    {
        var particles = string.Concat(Enumerable.Range(0, 2).Select(i => $"""<xs:element name="e{i}" minOccurs="0" maxOccurs="999"/>"""));
        Assert.That(Compile($"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"><xs:complexType><xs:sequence>{particles}</xs:sequence></xs:complexType></xs:element></xs:schema>""").Mistakes, Is.Empty);
    }

    private static (IPayloadSchema? Schema, IReadOnlyList<SchemaMistake> Mistakes) Compile(string text) =>
        ServiceSchemas.Compile(new ServiceSchema(ServiceDialects.Xsd, ServiceDialects.Xsd10, text));

    private static IReadOnlyList<SchemaFault> Faults(string payload)
    {
        var (schema, mistakes) = Compile(Land);
        Assert.That(mistakes, Is.Empty);
        return schema!.Validate(Encoding.UTF8.GetBytes(payload));
    }
}
