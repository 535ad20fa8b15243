using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Sealing;

/// <summary>Refusals of both formats.</summary>
internal static class SealingFaults
{
    private const int NamesShown = 5;

    /// <summary>The one answer to everything that went wrong with secrets.</summary>
    internal static ProblemException Unopened() =>
        ProblemCode.UnsealingFailed.With("The content does not open with your key: it was sealed for another key, or changed on the way.");

    internal static ProblemException NoKey(IReadOnlyList<WrappedKey> wrapped, IReadOnlyList<UnsealingKey> keys)
    {
        var names = string.Join(", ", wrapped.Take(NamesShown).Select(static item => TextRules.Quote(item.Name.ToString())));
        var own = string.Join(", ", keys.Select(static key => TextRules.Quote(new KeyName(key.Owner?.ToString(), key.Id).ToString())));
        return ProblemCode.UnsealingFailed.With(
            $"The content is sealed for {names}{(wrapped.Count > NamesShown ? $" and {wrapped.Count - NamesShown} more" : "")}; none is a key of the kind and name that you have: {own}.");
    }

    internal static ProblemException Unsupported(string what, string? found, string allowed) =>
        ProblemCode.UnsupportedProfile.With($"The sealed content has the {what} {TextRules.Quote(found)}; accepted: {allowed}.");

    internal static ProblemException Malformed(string what) => ProblemCode.MalformedEnvelope.With($"The sealed content {what}.");

    /// <summary>What is refused when something is read; null when nothing is.</summary>
    internal static string? Of(Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (ProblemException refused)
        {
            return refused.Problem.Detail;
        }
    }

    internal static void CheckSize(long size, SealingLimits limits)
    {
        if (size > limits.MaxBytes)
            throw ProblemCode.TooLarge.With($"The content has {size} bytes; {limits.MaxBytes} is the most that is sealed or opened at once. Split it.");
    }

    internal static void CheckKeys(IReadOnlyList<SealingKey> recipients, SealingLimits limits)
    {
        ArgumentNullException.ThrowIfNull(recipients);
        if (recipients.Count == 0) throw new ArgumentException("Content is sealed for at least one key.", nameof(recipients));
        if (recipients.Count > limits.MaxRecipients)
            throw ProblemCode.TooLarge.With($"The content is to be sealed for {recipients.Count} keys; the limit is {limits.MaxRecipients}. Send it in several messages.");
    }
}
