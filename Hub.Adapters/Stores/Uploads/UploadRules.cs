using System.Buffers;
using Hub.Contracts.Problems;

namespace Hub.Adapters.Stores.Uploads;

/// <summary>What every store of uploads refuses, in the same words. Pure.</summary>
internal static class UploadRules
{
    internal const long MaxBytes = 10L << 30;
    internal const int MaxUnfinished = 32;

    /// <summary>After this time an unfinished upload that nobody touched is dropped.</summary>
    internal static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <exception cref="ProblemException"><c>invalid-request</c>: the digest has not its form.</exception>
    internal static void CheckDigest(string sha256)
    {
        if (sha256.Length != 64 || sha256.AsSpan().ContainsAnyExcept(HexDigits))
            throw ProblemCode.InvalidRequest.With("The digest of an upload is its SHA-256 in 64 lower-case hexadecimal digits.");
    }

    /// <exception cref="ProblemException"><c>invalid-request</c> or <c>too-large</c>.</exception>
    internal static void CheckSize(long size)
    {
        if (size < 0) throw ProblemCode.InvalidRequest.With($"The size of an upload is a number of bytes, not {size}.");
        if (size > MaxBytes) throw ProblemCode.TooLarge.With($"An upload has at most {MaxBytes} bytes (10 GiB), not {size}.");
    }

    internal static ProblemException OtherSize(string sha256, long begun, long size) =>
        ProblemCode.InvalidRequest.With($"The upload {sha256} was begun with {begun} bytes, not {size}. One digest has one size: check which is right.");

    internal static ProblemException TooManyUnfinished(int left, int most) =>
        ProblemCode.RateLimited.With($"The sender has {left} unfinished uploads; {most} are allowed. Finish some of them first.");

    internal static ProblemException NotBegun(string sha256) => ProblemCode.NotFound.With($"There is no upload {sha256}: begin it first.");

    internal static ProblemException WrongOffset(long offset, long stands) =>
        ProblemCode.InvalidRequest.With($"The upload stands at byte {stands}, not at {offset}. Send from there.");

    internal static ProblemException TooMuch(long size) =>
        ProblemCode.TooLarge.With($"More than the promised {size} bytes arrived. The upload starts over: begin it with the right size.");

    internal static ProblemException OtherDigest(string sha256, long size) =>
        ProblemCode.DigestMismatch.With($"The {size} bytes that arrived do not have the SHA-256 {sha256}. The upload starts over.");

    internal static ProblemException Altered() =>
        ProblemCode.InternalError.With("The unfinished upload was altered on disk. Ask where it stands and go on from there.");
}
