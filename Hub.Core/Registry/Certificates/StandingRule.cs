namespace Hub.Core.Registry.Certificates;

/// <summary>How the standing of one certificate changes with answers and with time. Pure.</summary>
internal static class StandingRule
{
    /// <summary>The only reason from which a certificate comes back.</summary>
    internal const string OnHold = "certificateHold";

    /// <summary>How long a good answer is taken without asking again, when its own end is later.</summary>
    private static readonly TimeSpan Refresh = TimeSpan.FromHours(1);

    private static readonly TimeSpan Soonest = TimeSpan.FromMinutes(1);

    /// <summary>The standing after an answer. An answer older than what the same source said before is a replay, and no answer;
    /// revoked stays revoked, unless it was only on hold.</summary>
    internal static CertificateStanding After(CertificateStanding known, RevocationAnswer answer, DateTimeOffset now)
    {
        if (answer.State == CertificateState.Unknown) return known with { Fault = answer.Fault };
        if (answer.Source == known.Source && answer.ThisUpdate < known.ThisUpdate)
            return known with { Fault = $"{answer.Source} gave an answer of {answer.ThisUpdate:u}, older than its last one of {known.ThisUpdate:u}: a replay." };
        if (known is { State: CertificateState.Revoked } && known.Reason != OnHold && answer.State == CertificateState.Good)
            return known with { Fault = $"{answer.Source} says good, but the certificate was revoked for good." };
        return known with
        {
            State = answer.State, Learnt = now, Until = answer.Until, RevokedAt = answer.RevokedAt, Reason = answer.Reason,
            Source = answer.Source, ThisUpdate = answer.ThisUpdate, Fault = null,
        };
    }

    /// <summary>The standing at an instant: a good answer lapses at its end.</summary>
    internal static CertificateStanding At(CertificateStanding known, DateTimeOffset now) =>
        known.State == CertificateState.Good && !(now < known.Until)
            ? known with { State = CertificateState.Unknown, Fault = known.Fault ?? "the last answer has lapsed." }
            : known;

    /// <summary>The worst of a chain: a revoked one, else the one whose answer ends (or, never answered, whose grace began) first.</summary>
    internal static CertificateStanding Worst(IEnumerable<CertificateStanding> chain) => chain
        .OrderBy(static s => s.State != CertificateState.Revoked)
        .ThenBy(static s => s.Until ?? s.Since)
        .First();

    /// <summary>When to ask again: an hour after a good answer and before it ends; after a failure in one minute, then twice as
    /// long each time, up to an hour; after <c>revoked</c> in an hour while it may come back, in a day otherwise.</summary>
    /// <param name="standing">The standing after the last answer.</param>
    /// <param name="failures">Failures in a row, zero after an answer.</param>
    /// <param name="now">The instant.</param>
    internal static DateTimeOffset AskAgain(CertificateStanding standing, int failures, DateTimeOffset now)
    {
        if (failures > 0) return now + TimeSpan.FromMinutes(Math.Min(1 << Math.Min(failures - 1, 6), 60));
        if (standing.State == CertificateState.Revoked) return now + (standing.Reason == OnHold ? Refresh : TimeSpan.FromDays(1));
        var half = (standing.Until - now) / 2 ?? Soonest;
        return now + (half < Soonest ? Soonest : half > Refresh ? Refresh : half);
    }
}
