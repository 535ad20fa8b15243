using Hub.Contracts.Addresses;

namespace Hub.Core.Storage;

/// <summary>How far an upload is.</summary>
/// <param name="Sha256">Digest promised, lower-case hexadecimal.</param>
/// <param name="Size">Size promised in bytes.</param>
/// <param name="Offset">Bytes received so far.</param>
/// <param name="Complete">Whether all bytes are there and have the digest.</param>
public sealed record UploadStatus(string Sha256, long Size, long Offset, bool Complete);

/// <summary>Large content by digest, scoped to its owner: another owner's content can be neither seen nor guessed.
/// Encrypted at rest; streamed with bounded memory; resumable after a crash from <see cref="UploadStatus.Offset"/>.</summary>
public interface IUploadStore
{
    /// <summary>Begins or finds an upload.</summary>
    ValueTask<UploadStatus> BeginAsync(SystemAddress owner, string sha256, long size, CancellationToken cancellationToken = default);

    /// <summary>Where an upload stands; null when there is none.</summary>
    ValueTask<UploadStatus?> FindAsync(SystemAddress owner, string sha256, CancellationToken cancellationToken = default);

    /// <summary>Appends bytes at an offset, which must be where the upload stands; completes it when the size is reached.</summary>
    /// <exception cref="Hub.Contracts.Problems.ProblemException"><c>invalid-request</c> for a wrong offset, <c>too-large</c>
    /// beyond the size, <c>digest-mismatch</c> when complete with another digest; after the last two the upload starts over.</exception>
    ValueTask<UploadStatus> AppendAsync(SystemAddress owner, string sha256, long offset, Stream content, CancellationToken cancellationToken = default);

    /// <summary>Opens complete content for reading (seekable); null when there is none.</summary>
    ValueTask<Stream?> OpenReadAsync(SystemAddress owner, string sha256, CancellationToken cancellationToken = default);
}
