using System.Security.Cryptography;
using Hub.Contracts.Envelopes;

namespace Hub.Host.AgencyClient;

/// <summary>Prepares files for an envelope: small ones stand in it, large ones are uploaded first and named by digest.</summary>
internal sealed class OutgoingAttachments(HubClient client)
{
    /// <summary>Greatest sum of inline files in one envelope (8 MiB): base64 must stay below the envelope's limit.</summary>
    private const long MaxInlineTotal = 8 * 1024 * 1024;

    private long _inline;

    /// <summary>Adds a file of the disk.</summary>
    public async Task<Attachment> AddAsync(string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        await using var file = File.OpenRead(path);
        return await AddAsync(Path.GetFileName(path), MediaTypes.Of(path), file, progress, cancellationToken);
    }

    /// <summary>Adds a file of the disk, sealed.</summary>
    public async Task<Attachment> AddSealedAsync(
        string path, EnvelopeSealing sealing, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        var (name, mediaType, octets) = sealing.SealFile(path);
        using var content = new MemoryStream(octets, writable: false);
        return await AddAsync(name, mediaType, content, progress, cancellationToken);
    }

    /// <summary>Adds a seekable stream under a name.</summary>
    public async Task<Attachment> AddAsync(
        string name, string mediaType, Stream content, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        var inline = content.Length <= EnvelopeLimits.Default.MaxInlineBytes && _inline + content.Length <= MaxInlineTotal;
        if (!inline) return await UploadAsync(name, mediaType, content, progress, cancellationToken);
        var bytes = new byte[content.Length];
        await content.ReadExactlyAsync(bytes, cancellationToken);
        _inline += bytes.Length;
        return new Attachment
        {
            Name = name, MediaType = mediaType, Size = bytes.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), Inline = bytes,
        };
    }

    private async Task<Attachment> UploadAsync(
        string name, string mediaType, Stream content, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        await client.Uploads.UploadAsync(digest, content, progress, cancellationToken);
        return new Attachment { Name = name, MediaType = mediaType, Size = content.Length, Sha256 = digest };
    }
}
