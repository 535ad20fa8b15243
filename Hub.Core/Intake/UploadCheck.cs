using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Core.Intake;

/// <summary>Whether the attachments that are named by digest are there, whole, as uploads of the sender.</summary>
internal static class UploadCheck
{
    /// <returns>The digests, each once.</returns>
    /// <exception cref="ProblemException">One <c>upload-incomplete</c> listing every attachment that is not.</exception>
    internal static async ValueTask<IReadOnlyList<string>> CheckAsync(IUploadStore uploads, Envelope envelope, CancellationToken cancellationToken)
    {
        var digests = new List<string>();
        var missing = new List<ProblemItem>();
        foreach (var attachment in envelope.Attachments.Where(a => a.Inline is null))
        {
            var status = await uploads.FindAsync(envelope.From, attachment.Sha256, cancellationToken);
            if (status is { Complete: true } && status.Size == attachment.Size)
            {
                if (!digests.Contains(attachment.Sha256)) digests.Add(attachment.Sha256);
                continue;
            }

            missing.Add(new ProblemItem(attachment.Name, ProblemCode.UploadIncomplete, status is null
                ? $"{envelope.From} has no upload {attachment.Sha256}"
                : $"the upload {attachment.Sha256} has {status.Offset} of {status.Size} bytes; the attachment states {attachment.Size}"));
        }

        return missing.Count == 0 ? digests : throw new ProblemException(new Problem(
            ProblemCode.UploadIncomplete,
            $"{missing.Count} attachment(s) are not uploaded whole. First: {missing[0].Subject}: {missing[0].Detail}.")
        {
            Items = missing,
        });
    }

    /// <summary>Looks again inside the commit, where no upload can be deleted meanwhile: one that no message named may have
    /// expired since <see cref="CheckAsync"/>.</summary>
    /// <exception cref="ProblemException"><c>upload-incomplete</c>.</exception>
    internal static async ValueTask RequireStillThereAsync(IUploadStore uploads, SystemAddress owner, IReadOnlyList<string> digests)
    {
        foreach (var sha256 in digests)
        {
            await using var content = await uploads.OpenReadAsync(owner, sha256);
            if (content is null) throw ProblemCode.UploadIncomplete.With($"The upload {sha256} of {owner} has expired. Upload it again, then send the message.");
        }
    }
}
