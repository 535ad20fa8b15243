using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Hub.Core.Registry;
using Hub.Core.Services;

namespace Hub.Tests.Services;

/// <summary>A schema replaces another only when nothing that was valid becomes invalid.</summary>
[TestFixture]
public sealed class JsonCompatibilityTests
{
    private const string Person = """{"type":"object","additionalProperties":false,"required":["name"],"properties":{"name":{"type":"string","maxLength":50},"sex":{"enum":["m","f"]},"kin":{"type":"array","items":{"$ref":"#"}}}}""";

    [TestCase(Person, """{"title":"x","type":"object","additionalProperties":false,"required":["name"],"properties":{"name":{"type":"string","maxLength":90},"sex":{"enum":["m","f","x"]},"kin":{"type":"array","items":{"$ref":"#"}},"age":{"type":"integer"}}}""")]
    [TestCase(Person, """{"type":["object","array"],"properties":{"name":{"type":"string"}}}""")]
    [TestCase("""{"minimum":3}""", """{"exclusiveMinimum":2.5}""")]
    [TestCase("""{"multipleOf":10}""", """{"multipleOf":5}""")]
    [TestCase("""{"const":3}""", """{"type":"integer","enum":[1,3.0]}""")]
    [TestCase("""{"oneOf":[{"type":"string"},{"type":"null"}]}""", """{"anyOf":[{"type":["string","number"]},{"type":"null"}]}""")]
    [TestCase("""{"not":{"type":["null","array"]}}""", """{"not":{"type":"null"}}""")]
    [TestCase("""{"allOf":[{"type":"string"},{"minLength":3}]}""", """{"type":"string","minLength":2}""")]
    [TestCase("""{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}""", """{"items":{"type":["string","number"]}}""")]
    [TestCase("""{"patternProperties":{"^a":{"type":"string"}},"additionalProperties":false}""", """{"properties":{"ab":{"type":"string"}}}""")]
    [TestCase("""{"if":{"type":"string"},"then":{"maxLength":2}}""", """{"if":{"type":"string"},"then":{"maxLength":3}}""")]
    [TestCase("false", """{"type":"string"}""")]
    public void Check_WhatWidens_IsCompatible(string old, string @new) => Assert.That(Check(old, @new), Is.Empty);

    [TestCase(Person, """{"type":"object","additionalProperties":false,"required":["name"],"properties":{"name":{"type":"string"},"sex":{"enum":["m"]},"kin":{"type":"array"}}}""", "/properties/sex/enum")]
    [TestCase(Person, """{"type":"object","required":["name","sex"]}""", "/required")]
    [TestCase(Person, """{"type":"object","additionalProperties":false,"properties":{"name":{"type":"string"},"sex":{"enum":["m","f"]}}}""", "/additionalProperties")]
    [TestCase("""{"type":"object","properties":{}}""", """{"type":"object","properties":{"age":{"type":"integer"}}}""", "/properties/age/type")]
    [TestCase("true", """{"type":"string"}""", "/type")]
    [TestCase("""{"type":"number"}""", """{"type":"integer"}""", "/type")]
    [TestCase("""{"pattern":"^a"}""", """{"pattern":"^ab"}""", "/pattern")]
    [TestCase("""{"oneOf":[{"minimum":1}]}""", """{"oneOf":[{"minimum":1},{"maximum":9}]}""", "/oneOf")]
    [TestCase("""{"not":{"type":"null"}}""", """{"not":{"type":["null","array"]}}""", "/not")]
    [TestCase("""{"if":{"maxLength":9},"then":{"type":"string"}}""", """{"if":{"maxLength":10},"then":{"type":"string"}}""", "/if")]
    [TestCase("""{"contains":{"type":"string"},"maxContains":2}""", """{"contains":{"type":["string","null"]},"maxContains":2}""", "/contains")]
    [TestCase("""{"patternProperties":{"a":{"type":"string"}}}""", """{"patternProperties":{"b":{"type":"string"}}}""", null)]
    [TestCase("""{"$defs":{"n":{"anyOf":[{"type":"null"},{"items":{"$ref":"#/$defs/n"},"type":"array"}]}},"$ref":"#/$defs/n"}""", """{"$defs":{"n":{"anyOf":[{"type":"null"},{"items":{"$ref":"#/$defs/n"},"type":"array","maxItems":3}]}},"$ref":"#/$defs/n"}""", "/$defs/n/anyOf")]
    public void Check_WhatNarrows_IsNot(string old, string @new, string? place)
    {
        var mistakes = Check(old, @new);
        Assert.That(mistakes, Is.Not.Empty);
        if (place is not null) Assert.That(mistakes[0].Place, Is.EqualTo(place));
    }

    [Test]
    public void Check_SchemaWhereNoneWas_IsNotCompatible_AndNoneWhereOneWas_Is()
    {
        var schema = Schema("""{"type":"string"}""");
        Assert.That((SchemaCompatibility.Check(null, schema).Count, SchemaCompatibility.Check(schema, null).Count), Is.EqualTo((1, 0)));
    }

    [Test]
    public void Check_PairsJudgedCompatible_NeverRefuseWhatWasValid()
    {
        var (judged, valid) = (0, 0);
        var pairs = from old in Schemas(3)
                    from other in Schemas(3)
                    from change in Gen.Choose(0, int.MaxValue - 1)
                    from values in Gen.ArrayOf(Values(3), 40)
                    select (Old: old, New: change % 5 == 0 ? other : Mutate(old, new Random(change)), Values: values);
        Prop.ForAll(Arb.From(pairs), pair =>
        {
            var (old, @new) = (Schema(pair.Old), Schema(pair.New));
            if (SchemaCompatibility.Check(old, @new).Count > 0) return true;
            judged++;
            var (before, after) = (ServiceSchemas.Compile(old).Schema!, ServiceSchemas.Compile(@new).Schema!);
            foreach (var value in pair.Values.Select(Encoding.UTF8.GetBytes))
            {
                if (before.Validate(value).Count > 0) continue;
                valid++;
                if (after.Validate(value).Count > 0) return false;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
        Assert.That((judged > 300, valid > 2_000), Is.EqualTo((true, true)), $"{judged} pairs were compatible, with {valid} valid values");
    }

    private static Gen<string> Schemas(int depth) =>
        depth == 0
            ? Gen.Elements("true", """{"type":"string"}""", """{"type":"integer"}""", """{"type":["null","number"]}""", """{"enum":[1,"a",null]}""", """{"const":"a"}""", """{"minLength":1,"maxLength":2}""", """{"minimum":1}""", """{"multipleOf":2}""", """{"pattern":"^a"}""")
            : from inner in Gen.ArrayOf(Schemas(depth - 1), 4)
              from kind in Gen.Choose(0, 11)
              select kind switch
              {
                  0 => $$"""{"properties":{"a":{{inner[0]}},"b":{{inner[1]}}},"additionalProperties":{{inner[2]}}}""",
                  1 => $$"""{"type":"object","required":["a"],"properties":{"a":{{inner[0]}}},"additionalProperties":false}""",
                  2 => $$"""{"patternProperties":{"a":{{inner[0]}},"b":{{inner[1]}}},"additionalProperties":{{inner[2]}}}""",
                  3 => $$"""{"prefixItems":[{{inner[0]}},{{inner[1]}}],"items":{{inner[2]}}}""",
                  4 => $$"""{"type":"array","items":{{inner[0]}},"minItems":1,"uniqueItems":true}""",
                  5 => $$"""{"contains":{{inner[0]}},"maxContains":1}""",
                  6 => $$"""{"anyOf":[{{inner[0]}},{{inner[1]}}]}""",
                  7 => $$"""{"oneOf":[{{inner[0]}},{{inner[1]}}]}""",
                  8 => $$"""{"allOf":[{{inner[0]}},{{inner[1]}}]}""",
                  9 => $$"""{"not":{{inner[0]}}}""",
                  10 => $$"""{"if":{{inner[0]}},"then":{{inner[1]}},"else":{{inner[2]}}}""",
                  _ => $$"""{"dependentSchemas":{"a":{{inner[0]}}},"dependentRequired":{"b":["a"]},"minProperties":1}""",
              };

    private static Gen<string> Values(int depth) =>
        depth == 0
            ? Gen.Elements("1", "2", "0", "1.5", "\"a\"", "\"ab\"", "\"b\"", "\"\"", "null", "true")
            : from inner in Gen.ArrayOf(Values(depth - 1), 3)
              from kind in Gen.Choose(0, 7)
              select kind switch
              {
                  0 => $$"""{"a":{{inner[0]}},"b":{{inner[1]}}}""",
                  1 => $$"""{"a":{{inner[0]}}}""",
                  2 => $$"""{"b":{{inner[0]}},"ab":{{inner[1]}},"c":{{inner[2]}}}""",
                  3 => $"[{inner[0]},{inner[1]},{inner[2]}]",
                  4 => $"[{inner[0]}]",
                  5 => "{}",
                  6 => "[]",
                  _ => inner[0],
              };

    /// <summary>Changes one or two places as people change schemas: mostly wider, sometimes not.</summary>
    private static string Mutate(string schema, Random random)
    {
        var root = new JsonObject { ["s"] = JsonNode.Parse(schema) };
        for (var i = random.Next(1, 3); i > 0; i--)
        {
            var holders = Objects(root).Where(o => o.Count > 0).ToList();
            var holder = holders[random.Next(holders.Count)];
            var name = holder.ElementAt(random.Next(holder.Count)).Key;
            switch (random.Next(8))
            {
                case 0 when holder != root: holder.Remove(name); break;
                case 1 when name is "minLength" or "minItems" or "minProperties": holder[name] = 0; break;
                case 2 when name is "maxLength" or "maxContains": holder[name] = 5; break;
                case 3 when name == "minimum": holder[name] = random.Next(0, 3); break;
                case 4 when name == "type" && holder[name] is JsonValue: holder[name] = new JsonArray((string)holder[name]!, "boolean", "number"); break;
                case 5 when name == "enum": holder[name] = new JsonArray(1, "a", null, "b"); break;
                case 6 when name == "properties": holder[name]!.AsObject()["c"] = JsonNode.Parse("""{"type":"string"}"""); break;
                case 7 when name is "anyOf" or "oneOf": holder[name]!.AsArray().Add(JsonNode.Parse("""{"type":"boolean"}""")); break;
                default: holder["title"] = "x"; break;
            }
        }

        var text = root["s"]?.ToJsonString() ?? "true";
        return ServiceSchemas.Check(Schema(text)).Count == 0 ? text : schema;
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(member => Objects(member.Value)).Prepend(o),
        JsonArray a => a.SelectMany(Objects),
        _ => [],
    };

    private static IReadOnlyList<SchemaMistake> Check(string old, string @new) => SchemaCompatibility.Check(Schema(old), Schema(@new));

    private static ServiceSchema Schema(string text) => new(ServiceDialects.JsonSchema, ServiceDialects.Json202012, text);
}
