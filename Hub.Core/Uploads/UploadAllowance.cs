using Hub.Contracts.Problems;

namespace Hub.Core.Uploads;

/// <summary>What one owner may have uploaded or begun without a message that names it. Pure.</summary>
/// <param name="Bytes">Most bytes, those promised by unfinished uploads included (4 GiB).</param>
/// <param name="Files">Most complete files (1,000).</param>
public sealed record UploadAllowance(long Bytes = 4L << 30, int Files = 1_000)
{
    /// <summary>After this time a complete upload that no message names is deleted (24 hours).</summary>
    public static readonly TimeSpan Expiry = TimeSpan.FromHours(24);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromHours(1);

    /// <summary>Checks one more upload against the allowance.</summary>
    /// <param name="files">Complete files that no message names.</param>
    /// <param name="bytes">Their bytes and those promised by unfinished uploads.</param>
    /// <param name="coming">Size of the new one in bytes.</param>
    /// <exception cref="ProblemException"><c>rate-limited</c>, with Retry-After.</exception>
    public void Check(int files, long bytes, long coming)
    {
        if (files < Files && coming <= Bytes - bytes) return;
        throw new ProblemException(new Problem(
            ProblemCode.RateLimited,
            $"The sender has {files} complete uploads that no message names, and {bytes} bytes in them and in unfinished ones; {Files} files and {Bytes} bytes are allowed, and {coming} bytes would come. Send the messages that name them; what no message names is deleted after {Expiry.TotalHours:0} hours.")
        {
            RetryAfter = RetryAfter,
        });
    }
}
