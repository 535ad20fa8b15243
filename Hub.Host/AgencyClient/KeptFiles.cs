using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Host.AgencyClient;

/// <summary>The files in which a sender keeps a message's receipt and its signed envelope.</summary>
/// <param name="Receipt">Where the receipt goes.</param>
/// <param name="Envelope">Where the signed envelope goes; null when it is not kept, or kept already.</param>
internal sealed record KeptFiles(string Receipt, string? Envelope)
{
    /// <summary>Checks before anything is sent that both can be written, and that no other signing of this message is lost.</summary>
    /// <param name="message">The message.</param>
    /// <param name="created">Its stated time; null when it gets the present one.</param>
    /// <returns>What is to be written: an envelope kept for the same message and time stays as it is.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="FormatException">The envelope's file holds what must not be overwritten.</exception>
    public KeptFiles Check(MessageKey message, DateTimeOffset? created = null)
    {
        RequireWritable(Receipt);
        if (Envelope is null) return this;
        RequireWritable(Envelope);
        if (new FileInfo(Envelope) is not { Exists: true, Length: > 0 } || Held(Envelope) is var held && held.Key != message) return this;
        return held.Created == created
            ? this with { Envelope = null }
            : throw new FormatException($"'{Envelope}' holds this message already, signed before with other content (a fresh 'created' counts as other content). Send that one with --resend, or name another file with --envelope-out. Nothing was sent.");
    }

    /// <summary>Keeps the envelope that is about to be sent.</summary>
    public async Task KeepAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        if (Envelope is not null) await File.WriteAllBytesAsync(Envelope, octets, cancellationToken);
    }

    /// <summary>Drops the kept envelope, because the hub has refused it.</summary>
    public void Drop()
    {
        if (Envelope is not null) File.Delete(Envelope);
    }

    /// <summary>Stores the receipt of an accepted message. Whatever happens, this does not throw for the file.</summary>
    /// <returns>Why it could not be stored; null when it was.</returns>
    public async Task<string?> StoreReceiptAsync(string text)
    {
        try
        {
            await File.WriteAllTextAsync(Receipt, text, CancellationToken.None);
            return null;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return failed.Message;
        }
    }

    private static void RequireWritable(string path)
    {
        var isNew = !File.Exists(path);
        try
        {
            new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write).Dispose();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{path}' cannot be written, so nothing was sent: {failed.Message}", failed);
        }

        if (isNew) File.Delete(path);
    }

    private static Hub.Contracts.Envelopes.Envelope Held(string path)
    {
        try
        {
            return SignedEnvelopeFile.Read(path).Envelope;
        }
        catch (ProblemException other)
        {
            throw new FormatException($"'{path}' holds something that is no envelope; it is not overwritten. Name another file with --envelope-out. Nothing was sent.", other);
        }
    }
}
