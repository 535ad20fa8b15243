using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Tests.Envelopes;
using Hub.Tests.Golden;

namespace Hub.Tests.Schemas;

[TestFixture]
public sealed class JsonSchemaTests
{
    private static readonly SchemaChecker EnvelopeSchema = SchemaChecker.Load("envelope");

    [TestCase("envelope")]
    [TestCase("ack")]
    [TestCase("delivery-failed")]
    [TestCase("delivery-statement")]
    [TestCase("notice")]
    public void Example_OfEachSchema_IsValidAndWithoutAnyRequiredMemberIsNot(string name)
    {
        var schema = SchemaChecker.Load(name);
        var example = Example(name);
        Assert.That(schema.Fault(example), Is.Null);
        foreach (var member in example.Select(pair => pair.Key).ToList())
        {
            var without = example.DeepClone().AsObject();
            without.Remove(member);
            var optional = name switch { "envelope" => member is not ("version" or "id" or "type" or "from" or "to" or "created" or "conversation"), "ack" => member == "status", "notice" => member is "about" or "at", _ => false };
            Assert.That(schema.Fault(without) is null, Is.EqualTo(optional), member);
        }

        var more = example.DeepClone().AsObject();
        more["more"] = 1;
        Assert.That(schema.Fault(more), Is.Not.Null);
    }

    [Test]
    public void Examples_OfTheHubsMessages_AreReadByTheLibrary()
    {
        var acknowledgement = GoldenModel.Minimal("m") with { Type = MessageType.Acknowledgement, Payload = GoldenModel.Json(Example("ack").ToJsonString()) };
        var failure = GoldenModel.Minimal("m") with { Type = MessageType.DeliveryFailed, Payload = GoldenModel.Json(Example("delivery-failed").ToJsonString()) };
        var notice = GoldenModel.Minimal("m") with { Type = MessageType.Notice, Payload = GoldenModel.Json(Example("notice").ToJsonString()) };
        Assert.That(Notice.Read(notice).About, Is.EqualTo("k1"));
        Assert.That(SchemaChecker.Load("notice").Fault(JsonNode.Parse(Notice.Read(notice).ToPayload().Data.Span)), Is.Null);
        Assert.That(Acknowledgement.Read(acknowledgement).Outcome, Is.EqualTo(AcknowledgementOutcome.Refused));
        Assert.That(DeliveryFailure.Read(failure).Attempts, Is.EqualTo(5));
        Assert.That(SchemaChecker.Load("ack").Fault(JsonNode.Parse(Acknowledgement.Read(acknowledgement).ToPayload().Data.Span)), Is.Null);
        Assert.That(SchemaChecker.Load("delivery-failed").Fault(JsonNode.Parse(DeliveryFailure.Read(failure).ToPayload().Data.Span)), Is.Null);
    }

    [Test]
    public void Example_OfTheEnvelope_IsReadByTheLibrary()
    {
        var envelope = JsonEnvelopeReader.Read(File.ReadAllBytes(House.Repository.PathOf("schemas", "examples", "envelope.json")), EnvelopeLimits.Default);
        Assert.That(() => EnvelopeRules.Check(envelope, EnvelopeLimits.Default), Throws.Nothing);
    }

    [Test]
    public void Write_OfAnyValidEnvelope_FollowsTheSchema() =>
        Prop.ForAll(EnvelopeGenerators.Envelopes, envelope =>
        {
            // The payload's value is free; numbers beyond decimal in it would only trouble the test's own parser.
            var written = JsonEnvelopeWriter.Write(envelope.Payload is { Form: PayloadForm.Json } ? envelope with { Payload = GoldenModel.Json("{}") } : envelope);
            Assert.That(EnvelopeSchema.Fault(JsonNode.Parse(written.Span)), Is.Null);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Schema_WhereItRefuses_TheReaderRefusesToo()
    {
        string[] members =
        [
            "\"id\":\"\"", "\"id\":\"a b\"", "\"type\":\"x\"", "\"from\":\"Z98\"", "\"to\":[]", "\"to\":[{\"address\":\"x\"}]", "\"to\":[{\"address\":\"Z99\",\"role\":\"cc\"}]",
            "\"created\":\"now\"", "\"priority\":5", "\"priority\":-1", "\"priority\":1.5", "\"sequence\":1", "\"subject\":\"a\\u0007\"", "\"subject\":7",
            "\"payload\":{}", "\"payload\":{\"mediaType\":\"a/b\"}", "\"payload\":{\"mediaType\":\"a\",\"json\":1}", "\"payload\":{\"mediaType\":\"a/b\",\"json\":1,\"encryption\":\"jwe\"}",
            "\"payload\":{\"mediaType\":\"a/b\",\"json\":1,\"base64\":\"\"}", "\"payload\":{\"mediaType\":\"a/b\",\"base64\":\"QQ\"}",
            "\"attachments\":[{\"name\":\"../a\",\"mediaType\":\"a/b\",\"size\":0,\"sha256\":\"HASH\"}]", "\"attachments\":[{\"name\":\"nul.txt\",\"mediaType\":\"a/b\",\"size\":0,\"sha256\":\"HASH\"}]",
            "\"attachments\":[{\"name\":\"a.\",\"mediaType\":\"a/b\",\"size\":0,\"sha256\":\"HASH\"}]", "\"attachments\":[{\"name\":\"a\\u202eb\",\"mediaType\":\"a/b\",\"size\":0,\"sha256\":\"HASH\"}]",
            "\"attachments\":[{\"name\":\"a\",\"mediaType\":\"a/b\",\"size\":-1,\"sha256\":\"HASH\"}]", "\"attachments\":[{\"name\":\"a\",\"mediaType\":\"a/b\",\"size\":0,\"sha256\":\"00\"}]",
            "\"extensions\":[{\"name\":\"A.b\",\"value\":\"\"}]", "\"extensions\":[{\"name\":\"a.b\",\"value\":\"\\r\"}]", "\"inReplyTo\":{\"key\":\"HASH\"}", "\"urgent\":true",
        ];
        Assert.Multiple(() =>
        {
            foreach (var member in members)
            {
                var document = JsonNode.Parse(JwsForge.Text(GoldenModel.Minimal("m")))!.AsObject();
                var change = JsonNode.Parse($"{{{member.Replace("HASH", new string('a', 64), StringComparison.Ordinal)}}}")!.AsObject().Single();
                document[change.Key] = change.Value!.DeepClone();
                Assert.That(EnvelopeSchema.Fault(document), Is.Not.Null, $"schema: {member}");
                Assert.That(Refuses(document), Is.True, $"reader: {member}");
            }
        });
    }

    private static bool Refuses(JsonObject document)
    {
        try
        {
            EnvelopeRules.Check(JsonEnvelopeReader.Read(System.Text.Encoding.UTF8.GetBytes(document.ToJsonString()), EnvelopeLimits.Default), EnvelopeLimits.Default);
            return false;
        }
        catch (ProblemException)
        {
            return true;
        }
    }

    private static JsonObject Example(string name) =>
        JsonNode.Parse(File.ReadAllText(House.Repository.PathOf("schemas", "examples", $"{name}.json")))!.AsObject();
}
