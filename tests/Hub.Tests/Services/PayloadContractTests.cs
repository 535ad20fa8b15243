using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;
using Hub.Core.Registry;
using Hub.Core.Services;
using Hub.Tests.Intake;
using static Hub.Tests.Registry.RegistrySamples;

namespace Hub.Tests.Services;

/// <summary>What a service demands of content, confidentiality and time.</summary>
[TestFixture]
public sealed class PayloadContractTests
{
    private static readonly Service Plain = new(MessageType.Parse("vn.document.v1"), "Văn bản", "Document");

    private static readonly Service Checked = Plain with
    {
        Schema = new ServiceSchema(ServiceDialects.JsonSchema, ServiceDialects.Json202012, """{"type":"object","required":["a"],"properties":{"a":{"type":"integer"}}}"""),
    };

    private static readonly Service Sealed = Plain with { Confidentiality = Confidentiality.EndToEnd };

    [Test]
    public void Check_NoSchema_TakesAnything() => Assert.That(() => PayloadContract.Check(Plain, With(Of("""["x"]"""))), Throws.Nothing);

    [Test]
    public void Check_WhatFulfilsTheSchema_Passes() => Assert.That(() => PayloadContract.Check(Checked, With(Of("""{"a":1}"""))), Throws.Nothing);

    [Test]
    public void Check_WhatBreaksTheSchema_ListsThePlaces()
    {
        var problem = Assert.Throws<ProblemException>(() => PayloadContract.Check(Checked, With(Of("""{"a":"x"}"""))))!.Problem;
        Assert.That((problem.Code, problem.Items.Single().Subject), Is.EqualTo((ProblemCode.SchemaViolation, "/a")));
    }

    [TestCase(PayloadForm.Bytes, PayloadEncryption.None)]
    [TestCase(PayloadForm.Bytes, PayloadEncryption.Jwe)]
    [TestCase(PayloadForm.Xml, PayloadEncryption.None)]
    [TestCase(null, PayloadEncryption.None)]
    public void Check_WhatTheSchemaCannotJudge_IsRefused(PayloadForm? form, PayloadEncryption encryption)
    {
        var payload = form is null ? null : Of("<a/>") with { Form = form.Value, Encryption = encryption };
        Assert.That(Assert.Throws<ProblemException>(() => PayloadContract.Check(Checked, With(payload)))!.Code, Is.SameAs(ProblemCode.SchemaViolation));
    }

    [Test]
    public void Check_TheSameTextInAnotherRegistry_IsCompiledOnce()
    {
        var again = Checked.Schema! with { Text = new string(Checked.Schema!.Text) };
        Assert.That(CompiledSchemas.Get(again), Is.SameAs(CompiledSchemas.Get(Checked.Schema!)));
    }

    [Test]
    public void Check_EndToEnd_TakesSealedContentAlone()
    {
        var jwe = Of("x") with { Form = PayloadForm.Bytes, Encryption = PayloadEncryption.Jwe };
        var attachment = new Attachment { Name = "a", MediaType = "application/pdf", Size = 1, Sha256 = new string('a', 64) };
        Assert.Multiple(() =>
        {
            Assert.That(Refusal(Sealed, With(jwe)), Is.Null);
            Assert.That(Refusal(Sealed, With(Of("1"))), Is.SameAs(ProblemCode.ConfidentialityRequired));
            Assert.That(Refusal(Sealed, With(jwe) with { Attachments = [attachment] }), Is.SameAs(ProblemCode.ConfidentialityRequired));
            Assert.That(Refusal(Sealed, With(jwe) with { Attachments = [attachment with { MediaType = "application/jose" }] }), Is.Null);
            Assert.That(Refusal(Plain, With(jwe)), Is.Null);
        });
    }

    [Test]
    public void CheckSeals_ALabelOnPlainContent_IsNoSeal()
    {
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        SealingKey[] keys = [SealingKey.FromPem("e1", rsa.ExportSubjectPublicKeyInfoPem())];
        var real = SealedPayload.Seal(Of("1"), PayloadEncryption.Jwe, keys);
        var xml = SealedPayload.Seal(Of("<a/>") with { Form = PayloadForm.Xml }, PayloadEncryption.XmlEnc11, keys);
        var attachment = new Attachment { Name = "a", MediaType = "application/jose", Size = 1, Sha256 = new string('a', 64) };
        Assert.Multiple(() =>
        {
            Assert.That(Seals(With(real) with { Attachments = [attachment, attachment with { Inline = real.Data }] }), Is.Null);
            Assert.That(Seals(With(xml)), Is.Null);
            Assert.That(Seals(With(real with { Data = Encoding.UTF8.GetBytes("Mật: họ tên, số căn cước") })), Is.SameAs(ProblemCode.ConfidentialityRequired));
            Assert.That(Seals(With(xml with { Data = Encoding.UTF8.GetBytes("<a>Mật</a>") })), Is.SameAs(ProblemCode.ConfidentialityRequired));
            Assert.That(Seals(With(real) with { Attachments = [attachment with { Inline = Encoding.UTF8.GetBytes("%PDF-1.7") }] }), Is.SameAs(ProblemCode.ConfidentialityRequired));
        });

        static ProblemCode? Seals(Envelope envelope)
        {
            try
            {
                ServiceTerms.CheckSeals(Sealed, envelope);
                return null;
            }
            catch (ProblemException refused)
            {
                return refused.Code;
            }
        }
    }

    [TestCase(-1, true)]
    [TestCase(0, true)]
    [TestCase(1, false)]
    public void Check_Sunset_IsTheFirstInstantOfRefusal(int seconds, bool refused) =>
        Assert.That(Refusal(Plain with { Sunset = Now.AddSeconds(seconds) }, With(null)), refused ? Is.SameAs(ProblemCode.ServiceRetired) : Is.Null);

    [Test]
    public void Rules_ANarrowerSchemaUnderTheSameType_NamesTheNextVersion()
    {
        List<string> mistakes = [];
        ServiceContractRules.Check(Checked, Plain, (member, detail) => mistakes.Add($"{member} {detail}"));
        Assert.That((mistakes.Count, mistakes[0].Contains("vn.document.v2", StringComparison.Ordinal)), Is.EqualTo((1, true)));
    }

    [Test]
    public void Rules_NewServiceWithSchema_IsFine()
    {
        List<string> mistakes = [];
        ServiceContractRules.Check(Checked, null, (member, detail) => mistakes.Add(detail));
        ServiceContractRules.Check(Checked, Checked with { Description = "x" }, (member, detail) => mistakes.Add(detail));
        Assert.That(mistakes, Is.Empty);
    }

    private static ProblemCode? Refusal(Service service, Envelope envelope)
    {
        try
        {
            ServiceTerms.Check(service, envelope, Now);
            return null;
        }
        catch (ProblemException refused)
        {
            return refused.Code;
        }
    }

    private static Envelope With(Payload? payload) => IntakeBench.Document("a") with { Payload = payload };

    private static Payload Of(string json) => new() { Form = PayloadForm.Json, MediaType = "application/json", Data = Encoding.UTF8.GetBytes(json) };
}
