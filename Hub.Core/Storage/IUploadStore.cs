using Hub.Contracts.Addresses;

namespace Hub.Core.Storage;

/// <summary>How far an upload is.</summary>
/// <param name="Sha256">Digest promised, lower-case hexadecimal.</param>
/// <param name="Size">Size promised in bytes.</param>
/// <param name="Offset">Bytes received so far.</param>
/// <param name="Complete">Whether all bytes are there and have the digest.</param>
public sealed record UploadStatus(string Sha256, long Size, long Offset, bool Complete);

/// <summary>An upload by its owner and digest.</summary>
/// <param name="Owner">The system that uploaded it.</param>
/// <param name="Sha256">Its digest, lower-case hexadecimal.</param>
public sealed record UploadName(SystemAddress Owner, string Sha256);

/// <summary>Large content by digest, scoped to its owner: another owner's content can be neither seen nor guessed.
/// Encrypted at rest; streamed with bounded memory; resumable after a crash from <see cref="UploadStatus.Offset"/>.</summary>
public interface IUploadStore
{
    /// <summary>Begins or finds an upload.</summary>
    /// <exception cref="Hub.Contracts.Problems.ProblemException"><c>rate-limited</c> beyond the owner's allowance, <c>unavailable</c>
    /// while the disk has no room for it.</exception>
    ValueTask<UploadStatus> BeginAsync(SystemAddress owner, string sha256, long size, CancellationToken cancellationToken = default);

    /// <summary>Where an upload stands; null when there is none.</summary>
    ValueTask<UploadStatus?> FindAsync(SystemAddress owner, string sha256, CancellationToken cancellationToken = default);

    /// <summary>Appends bytes at an offset, which must be where the upload stands; completes it when the size is reached.</summary>
    /// <exception cref="Hub.Contracts.Problems.ProblemException"><c>invalid-request</c> for a wrong offset, <c>too-large</c>
    /// beyond the size, <c>digest-mismatch</c> when complete with another digest; after these two the upload starts over;
    /// <c>unavailable</c> while the disk has no room: it goes on from where it stands.</exception>
    ValueTask<UploadStatus> AppendAsync(SystemAddress owner, string sha256, long offset, Stream content, CancellationToken cancellationToken = default);

    /// <summary>Opens complete content for reading (seekable); null when there is none.</summary>
    ValueTask<Stream?> OpenReadAsync(SystemAddress owner, string sha256, CancellationToken cancellationToken = default);

    /// <summary>A committed message of the owner names these: they stay, and no longer count against its allowance. Quick, and
    /// never throws: an upload whose note could not be taken away is found again by <see cref="ListUnnamedAsync"/>.</summary>
    void Keep(SystemAddress owner, IReadOnlyList<string> digests);

    /// <summary>Complete uploads that <see cref="Keep"/> was not called for, complete since before an instant.</summary>
    ValueTask<IReadOnlyList<UploadName>> ListUnnamedAsync(DateTimeOffset before, CancellationToken cancellationToken = default);

    /// <summary>Deletes complete content so that it cannot be decrypted again; durable when it returns. Nothing when there is none.</summary>
    ValueTask DeleteAsync(UploadName upload, CancellationToken cancellationToken = default);

    /// <summary>Deletes unfinished uploads that nobody touched for a day.</summary>
    ValueTask DropAbandonedAsync(CancellationToken cancellationToken = default);
}
