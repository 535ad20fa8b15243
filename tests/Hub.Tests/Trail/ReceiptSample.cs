using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;

namespace Hub.Tests.Trail;

/// <summary>A small log with a key of its own, whose leaves are all filler but one: the acceptance of a message.</summary>
internal sealed class ReceiptSample
{
    internal const string Origin = "H06.09/lgsp/log/1";
    private static readonly SystemAddress Sender = SystemAddress.Parse("H06.09/qlvb");

    internal ReceiptSample(string origin = Origin)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Signer = LocalSigner.FromPem("log", key.ExportPkcs8PrivateKeyPem());
        Verifier = new NoteVerifier(origin, new VerificationKey("log", Signer.ExportSubjectPublicKeyInfo()));
    }

    internal LocalSigner Signer { get; }

    internal NoteVerifier Verifier { get; }

    internal byte[] Octets { get; } = Encoding.UTF8.GetBytes("Công văn số 15/UBND-VX, ký ngày 02/03/2026");

    internal JsonObject Body => new()
    {
        ["from"] = Sender.ToString(),
        ["id"] = "cv-15",
        ["type"] = "vn.document.v1",
        ["size"] = Octets.Length,
        ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(Octets)),
        ["recipients"] = new JsonArray(new JsonObject { ["system"] = "H06.40/qlvb", ["role"] = "main", ["why"] = "direct" }),
    };

    internal async Task<Receipt> MakeAsync(int index = 5, int size = 13, JsonObject? body = null, string kind = EntryKinds.MessageAccepted, string? key = null, string? origin = null)
    {
        var canonical = CanonicalJson.Serialize(body ?? Body);
        var salt = RandomNumberGenerator.GetBytes(Receipt.SaltLength);
        var header = new EntryHeader(
            kind,
            new DateTimeOffset(2026, 3, 2, 9, 15, 0, 250, TimeSpan.Zero),
            key ?? MessageKey.Of(Sender, "cv-15").Value,
            Sender.ToString(),
            SHA256.HashData([.. salt, .. canonical]));
        var tree = new NaiveTree([.. Enumerable.Range(0, size).Select(i => i == index ? header.ToCanonicalJson() : BitConverter.GetBytes(i))]);
        var checkpoint = new Checkpoint(origin ?? Verifier.Name, size, tree.Root(size));
        return Receipt.Create(header, canonical, salt, index, tree.Path(index, 0, size), await SignAsync(checkpoint.ToString()));
    }

    internal async Task<string> SignAsync(string text) => await SignedNote.SignAsync(text, Verifier.Name, Signer, Verifier.Key.SubjectPublicKeyInfo);
}
