using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Host.Composition;

/// <summary>Stands in until the upload store lands: refuses uploads, has none.</summary>
internal sealed class NoUploads : IUploadStore
{
    /// <inheritdoc/>
    public ValueTask<UploadStatus> BeginAsync(SystemAddress owner, string sha256, long size, CancellationToken cancellationToken = default) =>
        throw ProblemCode.Unavailable.With("This hub takes no uploads yet.");

    /// <inheritdoc/>
    public ValueTask<UploadStatus?> FindAsync(SystemAddress owner, string sha256, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<UploadStatus?>(null);

    /// <inheritdoc/>
    public ValueTask<UploadStatus> AppendAsync(SystemAddress owner, string sha256, long offset, Stream content, CancellationToken cancellationToken = default) =>
        throw ProblemCode.Unavailable.With("This hub takes no uploads yet.");

    /// <inheritdoc/>
    public ValueTask<Stream?> OpenReadAsync(SystemAddress owner, string sha256, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<Stream?>(null);
}
