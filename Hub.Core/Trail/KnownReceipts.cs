using System.Text.Json;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Core.Storage;

namespace Hub.Core.Trail;

/// <summary>What became of a message that somebody holds a receipt for.</summary>
public enum ReceiptStanding
{
    /// <summary>The receipt is not one of this hub, or a link of it is broken.</summary>
    Invalid,

    /// <summary>The hub holds the message.</summary>
    Known,

    /// <summary>The hub accepted it and lost it with a restoration: it is to be sent again, the same octets under the same id.</summary>
    Lost,

    /// <summary>The hub accepted it, lost it with a restoration, and had erased it by law before: it is not to be sent again.</summary>
    Erased,
}

/// <summary>One receipt, judged.</summary>
/// <param name="Standing">What became of its message.</param>
/// <param name="Message">The message's key; null for an invalid one.</param>
/// <param name="Origin">Origin of the epoch that gave it; null for an invalid one.</param>
/// <param name="Index">Its entry's index in that epoch.</param>
/// <param name="Failures">Broken links of an invalid one.</param>
public sealed record ReceiptJudgement(ReceiptStanding Standing, MessageKey? Message, string? Origin, long Index, IReadOnlyList<string> Failures)
{
    /// <summary>SHA-256 of the octets accepted, in lower-case hexadecimal digits; null for an invalid one.</summary>
    public string? Sha256 { get; init; }
}

/// <summary>Holds receipts, of this epoch and of earlier ones, against what the store knows: how partners and a restored hub find together.
/// Thread-safe.</summary>
public sealed class KnownReceipts(IHubStore store, IHubKeys keys)
{
    private readonly Tombstones _tombstones = new(store);

    /// <summary>Judges a receipt.</summary>
    /// <param name="receipt">As the sender kept it.</param>
    /// <param name="octets">The envelope that goes with it, when its digest is to be checked too.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<ReceiptJudgement> JudgeAsync(Receipt receipt, byte[]? octets = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        var origin = OriginOf(receipt);
        if (await KeyAsync(origin, cancellationToken) is not { } key) return Invalid($"its checkpoint is of the log '{origin}', which is none of this hub's");
        var verdict = receipt.Verify(key, octets);
        if (!verdict.Valid) return Invalid([.. verdict.Failures]);
        if (!MessageKey.TryParse(receipt.Header.Key ?? "", out var message)) return Invalid("it names no message");
        var standing = await store.FindMessageAsync(message, cancellationToken) is not null ? ReceiptStanding.Known
            : await _tombstones.HoldsAsync(message, cancellationToken) ? ReceiptStanding.Erased : ReceiptStanding.Lost;
        using var body = JsonDocument.Parse(receipt.Body);
        return new ReceiptJudgement(standing, message, origin, receipt.Proof.Index, []) { Sha256 = body.RootElement.GetProperty("sha256").GetString() };
    }

    private async ValueTask<NoteVerifier?> KeyAsync(string? origin, CancellationToken cancellationToken)
    {
        if (origin is null || origin == keys.LogVerifier.Name) return keys.LogVerifier;
        foreach (var epoch in await LogEpochs.ReadAsync(store, cancellationToken))
            if (epoch.Origin == origin) return NoteVerifier.Parse(epoch.Key);
        return null;
    }

    private static string? OriginOf(Receipt receipt)
    {
        try
        {
            return Checkpoint.Parse(SignedNote.UnverifiedText(receipt.Proof.CheckpointNote)).Origin;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static ReceiptJudgement Invalid(params IReadOnlyList<string> failures) => new(ReceiptStanding.Invalid, null, null, 0, failures);
}
