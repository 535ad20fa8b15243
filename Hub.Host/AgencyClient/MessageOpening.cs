using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;

namespace Hub.Host.AgencyClient;

/// <summary>Opens the sealed content of received messages and writes it beside them, in the folder <c>plain</c>, which appears
/// whole or not at all.</summary>
/// <param name="self">The recipient.</param>
/// <param name="keys">Its private encryption keys.</param>
internal sealed class MessageOpening(SystemAddress self, IReadOnlyList<UnsealingKey> keys)
{
    private const string Plain = "plain";

    /// <summary>Opens what is sealed in a kept message.</summary>
    /// <param name="folder">The message's folder.</param>
    /// <param name="envelope">What it says.</param>
    /// <returns>Where the plain content is; null when nothing is sealed.</returns>
    /// <exception cref="ProblemException">It does not open, or was sealed by or for somebody else.</exception>
    public async Task<string?> OpenAsync(string folder, Envelope envelope)
    {
        var target = Path.Combine(folder, Plain);
        var isSealed = envelope.Payload is { Encryption: not PayloadEncryption.None } || envelope.Attachments.Any(SealedAttachment.IsSealed);
        if (!isSealed) return null;
        if (Directory.Exists(target)) return target;
        var aside = Path.Combine(folder, $".{Plain}.{Guid.NewGuid():N}.partial");
        Directory.CreateDirectory(aside);
        try
        {
            await WriteAsync(folder, aside, envelope);
            Directory.Move(aside, target);
        }
        catch
        {
            Directory.Delete(aside, recursive: true);
            throw;
        }

        return target;
    }

    private async Task WriteAsync(string folder, string aside, Envelope envelope)
    {
        if (envelope.Payload is { Encryption: not PayloadEncryption.None } payload)
        {
            var opened = Bound(SealedPayload.Open(payload, keys), envelope);
            await File.WriteAllBytesAsync(Path.Combine(aside, $"payload{MediaTypes.ExtensionOf(opened.MediaType)}"), opened.Data);
        }

        var kept = SafeFileName.Distinct(envelope.Attachments.Select(static attachment => attachment.Name));
        var files = new List<OpenedAttachment>();
        for (var index = 0; index < kept.Count; index++)
        {
            if (!SealedAttachment.IsSealed(envelope.Attachments[index])) continue;
            var octets = await File.ReadAllBytesAsync(Path.Combine(folder, "attachments", kept[index]));
            var file = SealedAttachment.Open(envelope.Attachments[index].Name, octets, keys);
            Bound(file.Content, envelope);
            files.Add(file);
        }

        if (files.Count == 0) return;
        var home = Directory.CreateDirectory(Path.Combine(aside, "attachments")).FullName;
        var names = SafeFileName.Distinct(files.Select(static file => file.Name));
        for (var index = 0; index < files.Count; index++)
            await File.WriteAllBytesAsync(Path.Combine(home, names[index]), files[index].Content.Data);
    }

    /// <summary>A binding that is there must fit; XML Encryption and some partners have none.</summary>
    private OpenedContent Bound(OpenedContent opened, Envelope envelope)
    {
        opened.Binding?.Require(envelope.From, self);
        return opened;
    }
}
