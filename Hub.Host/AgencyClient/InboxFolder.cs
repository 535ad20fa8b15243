using Hub.Contracts.Envelopes;

namespace Hub.Host.AgencyClient;

/// <summary>Keeps received messages, one folder each, named by the message key. A message appears whole or not at all: it is
/// written aside and then renamed. Receiving it again changes nothing. Names from the envelope never become paths.</summary>
/// <param name="path">The folder; made when missing.</param>
internal sealed class InboxFolder(string path)
{
    /// <summary>Makes the folder and checks that messages can be kept in it.</summary>
    /// <exception cref="IOException">They cannot.</exception>
    public void RequireWritable()
    {
        try
        {
            Directory.CreateDirectory(path);
            var probe = Path.Combine(path, $".{Guid.NewGuid():N}.partial");
            new FileStream(probe, FileMode.CreateNew, FileAccess.Write).Dispose();
            File.Delete(probe);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"Messages cannot be kept in '{path}', so none was claimed: {failed.Message}", failed);
        }
    }

    /// <summary>Writes a message.</summary>
    /// <param name="octets">Its exact bytes.</param>
    /// <param name="encoding">Their encoding.</param>
    /// <param name="envelope">What they say.</param>
    /// <param name="statement">The hub's delivery statement.</param>
    /// <param name="download">Writes an attachment that is not inline.</param>
    /// <returns>The message's folder.</returns>
    public async Task<string> StoreAsync(
        ReadOnlyMemory<byte> octets, EnvelopeEncoding encoding, Envelope envelope, string? statement, Func<Attachment, Stream, Task> download)
    {
        Directory.CreateDirectory(path);
        var target = Path.Combine(path, envelope.Key.Value);
        if (Directory.Exists(target)) return target;
        var aside = Path.Combine(path, $".{envelope.Key}.{Guid.NewGuid():N}.partial");
        Directory.CreateDirectory(aside);
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(aside, encoding == EnvelopeEncoding.Xml ? "envelope.xml" : "envelope.jws"), octets);
            if (statement is not null) await File.WriteAllTextAsync(Path.Combine(aside, "delivery-statement.jws"), statement);
            if (envelope.Payload is { } payload) await WriteAsync(Path.Combine(aside, PayloadName(payload)), payload.Data);
            await StoreAttachmentsAsync(aside, envelope.Attachments, download);
            Directory.Move(aside, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            // Another receiver of the same mailbox was faster with the same message.
            Directory.Delete(aside, recursive: true);
        }
        catch
        {
            Directory.Delete(aside, recursive: true);
            throw;
        }

        return target;
    }

    private static async Task StoreAttachmentsAsync(string folder, IReadOnlyList<Attachment> attachments, Func<Attachment, Stream, Task> download)
    {
        if (attachments.Count == 0) return;
        var home = Path.Combine(folder, "attachments");
        Directory.CreateDirectory(home);
        var names = SafeFileName.Distinct(attachments.Select(static attachment => attachment.Name));
        for (var index = 0; index < attachments.Count; index++)
        {
            var file = Path.Combine(home, names[index]);
            if (attachments[index].Inline is { } inline)
            {
                await WriteAsync(file, inline);
                continue;
            }

            await using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            await download(attachments[index], stream);
        }
    }

    private static async Task WriteAsync(string file, ReadOnlyMemory<byte> bytes)
    {
        await using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
        await stream.WriteAsync(bytes);
    }

    private static string PayloadName(Payload payload) => payload.Form switch
    {
        PayloadForm.Xml => "payload.xml",
        PayloadForm.Json => "payload.json",
        _ => "payload.bin",
    };
}
