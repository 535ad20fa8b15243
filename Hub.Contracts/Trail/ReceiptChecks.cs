using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;

namespace Hub.Contracts.Trail;

/// <summary>The links of a receipt, each checked by itself so that a verdict names all that are broken.</summary>
internal static class ReceiptChecks
{
    private const int MaxBodyDepth = 16;

    internal static IReadOnlyList<string> Run(Receipt receipt, NoteVerifier logKey, byte[]? octets)
    {
        var failures = new List<string>();
        CheckCommitment(receipt, failures);
        CheckInclusion(receipt, logKey, failures);
        if (receipt.Header.Kind != EntryKinds.MessageAccepted)
            failures.Add($"kind: the entry is '{receipt.Header.Kind}', not '{EntryKinds.MessageAccepted}': it accepts no message.");
        try
        {
            var body = StrictJson.ParseObject(receipt.Body.Span, MaxBodyDepth);
            CheckBody(receipt, body, failures);
            if (octets is not null) CheckOctets(body, octets, failures);
        }
        catch (FormatException bad)
        {
            failures.Add($"body: {bad.Message}");
        }

        return failures;
    }

    private static void CheckCommitment(Receipt receipt, List<string> failures)
    {
        var commitment = SHA256.HashData([.. receipt.Salt.Span, .. receipt.Body.Span]);
        if (receipt.Salt.Length != Receipt.SaltLength || !receipt.Header.Commitment.Span.SequenceEqual(commitment))
            failures.Add("commitment: SHA-256 of salt and body is not what the entry header commits to: the body was changed.");
    }

    private static void CheckInclusion(Receipt receipt, NoteVerifier logKey, List<string> failures)
    {
        if (Checkpoint.Open(receipt.Proof.CheckpointNote, logKey) is not { } checkpoint)
        {
            failures.Add($"checkpoint: no valid signature by the key '{logKey.Name}', or another origin: not a checkpoint of this log.");
            return;
        }

        var leaf = MerkleTree.LeafHash(receipt.Header.ToCanonicalJson());
        var root = MerkleTree.RootFromInclusionProof(receipt.Proof.Index, checkpoint.Size, leaf, receipt.Proof.Proof);
        if (root is null || !checkpoint.Root.Span.SequenceEqual(root))
            failures.Add($"inclusion: the proof does not lead from entry {receipt.Proof.Index} to the root of the tree of size {checkpoint.Size}.");
    }

    private static void CheckBody(Receipt receipt, JsonObject body, List<string> failures)
    {
        if (!receipt.Body.Span.SequenceEqual(Canonical(body))) failures.Add("body: it is not in canonical form (RFC 8785).");
        if (!SystemAddress.TryParse(StrictJson.Text(body, "from"), out var from)
            || receipt.Header.Key != MessageKey.Of(from, StrictJson.Text(body, "id")).Value)
            failures.Add("key: the message key in the entry header is not that of the sender and id in the body.");
    }

    private static void CheckOctets(JsonObject body, byte[] sent, List<string> failures)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(sent));
        if (StrictJson.Text(body, "sha256") != digest)
            failures.Add($"octets: the envelope given has SHA-256 {digest}, the one accepted had another: not the same bytes.");
    }

    private static byte[] Canonical(JsonObject body)
    {
        try
        {
            return CanonicalJson.Serialize(body);
        }
        catch (Exception bad) when (bad is ArgumentException or InvalidOperationException)
        {
            throw new FormatException("it has no canonical form.", bad);
        }
    }
}
