using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;
using Hub.Core.Delivery;
using Hub.Core.Intake;
using Hub.Core.Registry;
using Hub.Core.Trail;
using Hub.Tests.Delivery;
using Hub.Tests.Storage;

namespace Hub.Tests.Trail;

/// <summary>The entries that every message makes are written as text: the same bytes as from a tree of nodes.</summary>
public class EntryTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, 250, TimeSpan.Zero);
    private static readonly LocalSigner Signer = LocalSigner.FromPem("k1", TestKeys.NewPem());
    private static readonly VerificationKey Verifier = new("k1", Signer.ExportSubjectPublicKeyInfo());

    private static readonly string[] Texts = ["", "plain /:-_@", "\"\\", "Sở Nội vụ 📄", "\u0001\t\u007f\u0080"];

    [TestCaseSource(nameof(Texts))]
    public void Add_AnyText_IsAsCanonicalJsonWritesIt(string text)
    {
        var written = new EntryText().Open().Add("a"u8, text).OpenList("b"u8).Open().Add("c"u8, 1).Close().Open().Close().CloseList().Add("d"u8, -(1L << 53)).Close().ToArray();
        var tree = new JsonObject { ["a"] = text, ["b"] = new JsonArray(new JsonObject { ["c"] = 1 }, new JsonObject()), ["d"] = -(1L << 53) };
        Assert.That(Encoding.UTF8.GetString(written), Is.EqualTo(Encoding.UTF8.GetString(CanonicalJson.Serialize(tree))));
    }

    [Test]
    public void Add_NumberThatIsNotExact_IsRefused() =>
        Assert.That(static () => new EntryText().Open().Add("a"u8, (1L << 53) + 1), Throws.ArgumentException);

    [Test]
    public void Add_LoneSurrogate_IsRefused() =>
        Assert.That(static () => new EntryText().Open().Add("a"u8, "\ud800"), Throws.ArgumentException);

    [TestCase("2026.12-ubnd", false)]
    [TestCase("so-7", true)]
    public async Task Accepted_IsAsCanonicalJsonWritesIt(string id, bool redirected)
    {
        var candidate = await CandidateAsync(id, redirected);
        var (verified, envelope) = (candidate.Verified, candidate.Verified.Envelope);
        var recipients = candidate.Recipients.Select(r =>
        {
            var item = new JsonObject { ["system"] = r.System.Address.ToString(), ["role"] = r.Role == RecipientRole.Main ? "main" : "info", ["why"] = r.Why };
            if (r.Redirection is null) return item;
            item["redirectedFrom"] = r.Redirection.Agency.Value;
            item["reorganisation"] = r.Redirection.Reorganisation;
            return item;
        });
        var tree = new JsonObject
        {
            ["from"] = envelope.From.ToString(),
            ["id"] = id,
            ["type"] = envelope.Type.Value,
            ["encoding"] = "json",
            ["size"] = verified.Octets.Length,
            ["sha256"] = Convert.ToHexStringLower(verified.Sha256),
            ["contentDigest"] = Convert.ToHexStringLower(verified.ContentDigest),
            ["assurance"] = "sender-signed",
            ["algorithm"] = "ES256",
            ["keyThumbprint"] = Verifier.Thumbprint,
            ["created"] = "2026-03-02T09:00:00.250Z",
            ["accepted"] = "2026-03-02T09:00:01.250Z",
            ["registry"] = 7,
            ["recipients"] = new JsonArray([.. recipients]),
        };
        if (redirected) tree["allowedAsReplyTo"] = candidate.AllowedAsReplyTo!.Value.Value;
        Assert.That(Body(candidate.ToEntry()), Is.EqualTo(Encoding.UTF8.GetString(CanonicalJson.Serialize(tree))));
    }

    [Test]
    public void Delivered_IsAsCanonicalJsonWritesIt()
    {
        var delivery = StoreSamples.NewDelivery(StoreSamples.NewMessage("a")) with { Id = 1L << 52, Attempts = 3 };
        var tree = new JsonObject { ["delivery"] = 1L << 52, ["recipient"] = delivery.Recipient.ToString(), ["attempt"] = 3, ["assertedBy"] = "hub" };
        Assert.That(Body(DeliveryTrail.Delivered(delivery, "hub")), Is.EqualTo(Encoding.UTF8.GetString(CanonicalJson.Serialize(tree))));
    }

    private static string Body(TrailEntry entry)
    {
        var made = entry.Seal();
        Assert.That(made.Commitment, Is.EqualTo(System.Security.Cryptography.SHA256.HashData([.. made.Salt, .. made.Body])));
        return Encoding.UTF8.GetString(made.Body);
    }

    private static async Task<Candidate> CandidateAsync(string id, bool redirected)
    {
        var envelope = new Envelope
        {
            Id = id, Type = MessageType.Parse("vn.document.v1"), From = DeliveryBench.Sender, Created = Now,
            To = [new Recipient(RecipientAddress.Parse(DeliveryBench.Pushed.ToString()))],
            Payload = new Payload { Form = PayloadForm.Json, MediaType = "application/json", Data = "{}"u8.ToArray() },
        };
        var systems = DeliveryBench.Content().Systems;
        return new Candidate
        {
            Verified = await EnvelopeSeal.SealAsync(envelope, Signer, Verifier),
            Assurance = "sender-signed",
            Accepted = Now.AddSeconds(1),
            Registry = 7,
            Recipients =
            [
                new ResolvedRecipient(systems[1], RecipientRole.Main, "direct"),
                new ResolvedRecipient(systems[2], RecipientRole.Info, "group:communes@3") { Redirection = redirected ? new Redirection(AgencyCode.Parse("H06.41"), null, "merger \"2026\"", Now) : null },
            ],
            AllowedAsReplyTo = redirected ? envelope.Key : null,
        };
    }
}
