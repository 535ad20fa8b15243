using Hub.Core.Registry;
using Hub.Core.Services;

namespace Hub.Tests.Services;

/// <summary>An XML Schema replaces another only when it is known to take everything that the other takes.</summary>
[TestFixture]
public sealed class XsdCompatibilityTests
{
    private const string Old = """<xs:element name="a"><xs:complexType><xs:sequence><xs:element name="b" type="xs:int"/><xs:choice><xs:element name="c" type="T"/><xs:element name="d"/></xs:choice></xs:sequence><xs:attribute name="x"/></xs:complexType></xs:element><xs:simpleType name="T"><xs:restriction base="xs:string"><xs:enumeration value="1"/><xs:maxLength value="9"/></xs:restriction></xs:simpleType>""";

    [TestCase("""<xs:attribute name="x"/>""", """<xs:attribute name="x"/><xs:attribute name="y"/>""")]
    [TestCase("""<xs:element name="b" type="xs:int"/>""", """<xs:element name="z" minOccurs="0"/><xs:element name="b" type="xs:int"/><xs:element name="y" minOccurs="0"/>""")]
    [TestCase("""<xs:element name="b" type="xs:int"/>""", """<xs:element name="b" type="xs:int" minOccurs="0" maxOccurs="unbounded"/>""")]
    [TestCase("""<xs:element name="d"/>""", """<xs:element name="d"/><xs:element name="e"/>""")]
    [TestCase("""<xs:enumeration value="1"/>""", """<xs:enumeration value="1"/><xs:enumeration value="2"/>""")]
    [TestCase("""<xs:maxLength value="9"/>""", """<xs:maxLength value="10"/>""")]
    [TestCase("""<xs:maxLength value="9"/>""", "")]
    [TestCase("""<xs:complexType>""", """<xs:complexType><xs:annotation><xs:documentation>x</xs:documentation></xs:annotation>""")]
    [TestCase("""<xs:simpleType name="T">""", """<xs:element name="root2"/><xs:simpleType name="T">""")]
    public void Check_WhatWidens_IsCompatible(string from, string to) => Assert.That(Check(from, to), Is.Empty);

    [TestCase("""<xs:attribute name="x"/>""", """<xs:attribute name="x" use="required"/>""")]
    [TestCase("""<xs:attribute name="x"/>""", "")]
    [TestCase("""<xs:attribute name="x"/>""", """<xs:attribute name="x"/><xs:attribute name="y" use="required"/>""")]
    [TestCase("""<xs:element name="b" type="xs:int"/>""", """<xs:element name="b" type="xs:short"/>""")]
    [TestCase("""<xs:element name="b" type="xs:int"/>""", """<xs:element name="b" type="xs:int" minOccurs="2" maxOccurs="2"/>""")]
    [TestCase("""<xs:element name="b" type="xs:int"/>""", """<xs:element name="z"/><xs:element name="b" type="xs:int"/>""")]
    [TestCase("""<xs:element name="d"/>""", "")]
    [TestCase("""<xs:enumeration value="1"/>""", """<xs:enumeration value="2"/>""")]
    [TestCase("""<xs:enumeration value="1"/>""", """<xs:enumeration value="1"/><xs:pattern value="1"/>""")]
    [TestCase("""<xs:maxLength value="9"/>""", """<xs:maxLength value="8"/>""")]
    [TestCase("""name="a">""", """name="b">""")]
    [TestCase("""<xs:choice>""", """<xs:choice minOccurs="2" maxOccurs="3">""")]
    public void Check_WhatNarrows_IsNot(string from, string to) => Assert.That(Check(from, to), Is.Not.Empty);

    [Test]
    public void Check_WithWildcards_OnlyTheSameIsCompatible()
    {
        var wild = Old.Replace("""<xs:attribute name="x"/>""", """<xs:attribute name="x"/><xs:anyAttribute namespace="##other"/>""", StringComparison.Ordinal);
        var more = wild.Replace("""<xs:enumeration value="1"/>""", """<xs:enumeration value="1"/><xs:enumeration value="2"/>""", StringComparison.Ordinal);
        Assert.That((SchemaCompatibility.Check(Schema(wild), Schema(wild + "<!-- -->")).Count, SchemaCompatibility.Check(Schema(wild), Schema(more)).Count), Is.EqualTo((0, 1)));
    }

    private static IReadOnlyList<SchemaMistake> Check(string from, string to)
    {
        var changed = Old.Replace(from, to, StringComparison.Ordinal);
        Assert.That(changed, Is.Not.EqualTo(Old));
        Assert.That(ServiceSchemas.Check(Schema(changed)), Is.Empty);
        return SchemaCompatibility.Check(Schema(Old), Schema(changed));
    }

    private static ServiceSchema Schema(string content) =>
        new(ServiceDialects.Xsd, ServiceDialects.Xsd10, $"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{content}</xs:schema>""");
}
