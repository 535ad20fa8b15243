using System.Text;
using Hub.Core.Registry;
using Hub.Core.Services;
using Hub.Core.Services.Json;

namespace Hub.Tests.Services;

/// <summary>The allow-list is what the validator honours: each keyword has a document that breaks it alone.</summary>
[TestFixture]
public sealed class JsonSchemaKeywordTests
{
    private static readonly (string Keyword, string Schema, string Valid, string Invalid)[] Proofs =
    [
        ("$ref", """{"$defs":{"a/b":{"type":"string"}},"$ref":"#/$defs/a~1b"}""", "\"x\"", "1"),
        ("type", """{"type":["integer","null"]}""", "1.0", "1.5"),
        ("enum", """{"enum":[1,{"a":[2]}]}""", """{"a":[2.0]}""", """{"a":[3]}"""),
        ("const", """{"const":100}""", "1e2", "101"),
        ("multipleOf", """{"multipleOf":0.01}""", "19.99", "0.005"),
        ("maximum", """{"maximum":9007199254740992}""", "9007199254740992", "9007199254740993"),
        ("exclusiveMaximum", """{"exclusiveMaximum":3}""", "2.999999999999999999999999", "3.0"),
        ("minimum", """{"minimum":-1e400}""", "-1e400", "-1.1e400"),
        ("exclusiveMinimum", """{"exclusiveMinimum":0}""", "1e-999999999999999999999", "-0"),
        ("maxLength", """{"maxLength":1}""", "\"😀\"", "\"ab\""),
        ("minLength", """{"minLength":2}""", "\"ab\"", "\"😀\""),
        ("pattern", """{"pattern":"^a$"}""", "\"a\"", "\"a\\n\""),
        ("format", """{"format":"date"}""", "\"2024-02-29\"", "\"2025-02-29\""),
        ("maxItems", """{"maxItems":1}""", "[1]", "[1,2]"),
        ("minItems", """{"minItems":1}""", "[1]", "[]"),
        ("uniqueItems", """{"uniqueItems":true}""", "[1,\"1\"]", """[{"a":1,"b":2},{"b":2.0,"a":1}]"""),
        ("maxContains", """{"contains":{"const":1},"maxContains":1}""", "[1,2]", "[1,1]"),
        ("minContains", """{"contains":{"const":1},"minContains":2}""", "[1,1]", "[1,2]"),
        ("maxProperties", """{"maxProperties":1}""", """{"a":1}""", """{"a":1,"b":1}"""),
        ("minProperties", """{"minProperties":1}""", """{"a":1}""", "{}"),
        ("required", """{"required":["a"]}""", """{"a":null}""", """{"b":1}"""),
        ("dependentRequired", """{"dependentRequired":{"a":["b"]}}""", """{"b":1}""", """{"a":1}"""),
        ("allOf", """{"allOf":[true,{"type":"string"}]}""", "\"a\"", "1"),
        ("anyOf", """{"anyOf":[{"type":"string"},{"minimum":3}]}""", "3", "2"),
        ("oneOf", """{"oneOf":[{"minimum":1},{"minimum":2}]}""", "1", "2"),
        ("not", """{"not":{"type":"null"}}""", "1", "null"),
        ("if", """{"if":{"minimum":3},"then":{"maximum":5},"else":{"maximum":1}}""", "4", "6"),
        ("then", """{"if":true,"then":{"maximum":5}}""", "4", "6"),
        ("else", """{"if":false,"else":{"maximum":5}}""", "4", "6"),
        ("dependentSchemas", """{"dependentSchemas":{"a":{"required":["b"]}}}""", """{"a":1,"b":1}""", """{"a":1}"""),
        ("prefixItems", """{"prefixItems":[true,{"type":"string"}]}""", "[1,\"a\",3]", "[1,2]"),
        ("items", """{"prefixItems":[true],"items":{"type":"string"}}""", "[1,\"a\"]", "[1,2]"),
        ("contains", """{"contains":{"type":"string"}}""", "[1,\"a\"]", "[1]"),
        ("properties", """{"properties":{"a":{"type":"string"}}}""", """{"a":"x","b":1}""", """{"a":1}"""),
        ("patternProperties", """{"patternProperties":{"^a":{"type":"string"}}}""", """{"ba":1}""", """{"ab":1}"""),
        ("additionalProperties", """{"properties":{"a":true},"patternProperties":{"^b":true},"additionalProperties":false}""", """{"a":1,"bc":1}""", """{"c":1}"""),
        ("propertyNames", """{"propertyNames":{"maxLength":1}}""", """{"a":1}""", """{"ab":1}"""),
    ];

    private static IEnumerable<TestCaseData> Cases => Proofs.Select(p => new TestCaseData(p.Schema, p.Valid, p.Invalid).SetName($"Validate_{{m}}_{p.Keyword.TrimStart('$')}"));

    [TestCaseSource(nameof(Cases))]
    public void Keyword_IsHonoured(string schema, string valid, string invalid) =>
        Assert.That((Faults(schema, valid).Count, Faults(schema, invalid).Count), Is.EqualTo((0, 1)));

    [Test]
    public void Asserting_EachKeyword_HasItsProof() =>
        Assert.That(Proofs.Select(p => p.Keyword), Is.EquivalentTo(SchemaKeywords.Asserting));

    [Test]
    public void Annotations_SayNothing() =>
        Assert.That(Faults($$"""{{{string.Join(',', SchemaKeywords.Annotations.Select(a => $"\"{a}\":1"))}},"$id":"https://example.vn/a","$schema":"https://json-schema.org/draft/2020-12/schema"}""", "1"), Is.Empty);

    [TestCase("""{"definitions":{}}""", "/definitions")]
    [TestCase("""{"properties":{"a/b":{"unevaluatedProperties":false}}}""", "/properties/a~1b/unevaluatedProperties")]
    [TestCase("""{"mininum":3}""", "/mininum")]
    [TestCase("""{"$schema":"http://json-schema.org/draft-04/schema#"}""", "/$schema")]
    [TestCase("""{"items":{"$id":"https://example.vn/x"}}""", "/items/$id")]
    [TestCase("""{"$ref":"https://example.vn/x"}""", "/$ref")]
    [TestCase("""{"$ref":"other.json#/$defs/a"}""", "/$ref")]
    [TestCase("""{"$ref":"#/$defs/none"}""", "/$ref")]
    [TestCase("""{"$defs":{"a":{"$anchor":"x"}}}""", "/$defs/a/$anchor")]
    [TestCase("""{"format":"hostname"}""", "/format")]
    [TestCase("""{"then":true}""", "/then")]
    [TestCase("""{"minContains":1}""", "/minContains")]
    [TestCase("""{"type":"money"}""", "/type")]
    [TestCase("""{"items":[true]}""", "/items")]
    [TestCase("""{"enum":[]}""", "/enum")]
    [TestCase("""{"minLength":-1}""", "/minLength")]
    [TestCase("""{"required":["a","a"]}""", "/required")]
    [TestCase("""{"pattern":"(?=a)"}""", "/pattern")]
    [TestCase("""{"pattern":"(a)\\1"}""", "/pattern")]
    [TestCase("""{"pattern":"(?<n>a)"}""", "/pattern")]
    [TestCase("""{"pattern":"a{1,9999}{1,9999}"}""", "/pattern")]
    [TestCase("""{"patternProperties":{"[":true}}""", "/patternProperties/[")]
    [TestCase("""{"a":1,"a":2}""", "")]
    [TestCase("""{"const":"\ud800"}""", "")]
    [TestCase("""{"allOf":[{"$ref":"#"}]}""", "")]
    [TestCase("""{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"anyOf":[{"$ref":"#/$defs/a"}]}}}""", "/$defs/a")]
    public void Check_WhatWouldBeIgnoredOrHarm_IsRefusedWithItsPlace(string schema, string place) =>
        Assert.That(Check(schema).Select(m => m.Place).FirstOrDefault(), Is.EqualTo(place));

    [Test]
    public void Check_AChainOfManyReferences_IsRefused()
    {
        var links = string.Join(',', Enumerable.Range(0, 9_000).Select(i => "\"d" + i + "\":{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}"));
        Assert.That(Check("{\"$defs\":{" + links + ",\"d9000\":true}}"), Is.Not.Empty);
    }

    [Test]
    public void Check_TooLarge_IsRefused() =>
        Assert.That(Check($$"""{"title":"{{new string('a', ServiceDialects.MaxBytes)}}"}"""), Is.Not.Empty);

    [Test]
    public void Check_OtherDialect_IsRefused() =>
        Assert.That(ServiceSchemas.Check(new ServiceSchema("json-schema", "http://json-schema.org/draft-04/schema#", "{}")), Is.Not.Empty);

    [Test]
    public void Validate_ManyFaults_ListsTwenty() =>
        Assert.That(Faults("""{"items":{"type":"string"}}""", "[" + string.Join(',', Enumerable.Range(0, 100)) + "]"), Has.Count.EqualTo(ServiceDialects.MaxFaults));

    [Test]
    public void Validate_AFault_NamesPlaceAndRuleAndNoContent()
    {
        var fault = Faults("""{"properties":{"so~":{"items":{"pattern":"^[0-9]+$"}}}}""", """{"so~":["1","bí mật"]}""").Single();
        Assert.That((fault.Place, fault.Rule), Is.EqualTo(("/so~0/1", "breaks the rule: matches the pattern (schema /properties/so~0/items/pattern)")));
    }

    [Test, CancelAfter(20_000)]
    public void Validate_APatternThatBacktrackersDieOf_TakesLinearTime() =>
        Assert.That(Faults("""{"pattern":"^(a+)+$"}""", $"\"{new string('a', 200_000)}!\""), Has.Count.EqualTo(1));

    [Test, CancelAfter(20_000)]
    public void Validate_AlternativesThatMultiply_AreStopped()
    {
        const string bomb = """{"$defs":{"n":{"anyOf":[{"items":{"$ref":"#/$defs/n"},"maxItems":0},{"items":{"$ref":"#/$defs/n"},"minItems":9},{"items":{"$ref":"#/$defs/n"},"minItems":8},{"items":{"$ref":"#/$defs/n"},"minItems":7}]}},"$ref":"#/$defs/n"}""";
        var deep = string.Concat(Enumerable.Repeat("[", 40)) + "1" + string.Concat(Enumerable.Repeat("]", 40));
        Assert.That(Faults(bomb, deep), Has.Count.EqualTo(1));
    }

    [Test, CancelAfter(20_000)]
    public void Validate_TheDeepestValue_IsJudgedWithinTheStack()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 60)) + string.Concat(Enumerable.Repeat("]", 60));
        var chain = string.Join("", Enumerable.Repeat("""{"allOf":[""", SchemaReader.MaxChain - 2)) + """{"items":{"$ref":"#"}}""" + string.Join("", Enumerable.Repeat("]}", SchemaReader.MaxChain - 2));
        Assert.That(Faults(chain, deep), Is.Empty);
    }

    [TestCase("^\\d+$", "١٢", false)]
    [TestCase("^\\w+$", "é", false)]
    [TestCase("^\\p{L}+$", "Đặng", true)]
    [TestCase("^.$", "\n", false)]
    [TestCase("^[^a]$", "\n", true)]
    [TestCase("b", "abc", true)]
    [TestCase("^[a-z-]+$", "a-b", true)]
    [TestCase("^[[]$", "[", true)]
    [TestCase("^\\u0041\\x42\\/\\-$", "AB/-", true)]
    [TestCase("^(?:ab|c){2}$", "abc", true)]
    [TestCase("^a b#c$", "a b#c", true)]
    [TestCase("^\\s$", "\u00a0", true)]
    [TestCase("^\\S$", "\u0085", true)]
    public void Matches_IsWhatEcmaScriptSays(string pattern, string text, bool matches) =>
        Assert.That(EcmaPattern.Parse(pattern).Matches(text), Is.EqualTo(matches));

    private static IReadOnlyList<SchemaMistake> Check(string schema) =>
        ServiceSchemas.Check(new ServiceSchema("json-schema", ServiceDialects.Json202012, schema));

    private static IReadOnlyList<SchemaFault> Faults(string schema, string value)
    {
        var (compiled, mistakes) = ServiceSchemas.Compile(new ServiceSchema("json-schema", ServiceDialects.Json202012, schema));
        Assert.That(mistakes, Is.Empty);
        return compiled!.Validate(Encoding.UTF8.GetBytes(value));
    }
}
