using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Core.Intake;

/// <summary>When an envelope may be accepted, by the hub's clock. Pure.</summary>
internal static class ClockWindow
{
    /// <param name="envelope">The envelope.</param>
    /// <param name="now">The hub's clock.</param>
    /// <param name="past">How old <c>created</c> may be, inclusive.</param>
    /// <param name="future">How far ahead <c>created</c> may be, inclusive.</param>
    /// <exception cref="ProblemException"><c>clock-window</c> or <c>expired</c>.</exception>
    internal static void Check(Envelope envelope, DateTimeOffset now, TimeSpan past, TimeSpan future)
    {
        if (envelope.Created < now - past || envelope.Created > now + future)
            throw ProblemCode.ClockWindow.With(
                $"'created' is {Rfc3339.Format(envelope.Created)}; the hub accepts {Rfc3339.Format(now - past)} to {Rfc3339.Format(now + future)}. Broken link: clock.");
        if (envelope.Expires <= now)
            throw ProblemCode.Expired.With($"'expires' is {Rfc3339.Format(envelope.Expires.Value)}; it is {Rfc3339.Format(now)}.");
    }
}
