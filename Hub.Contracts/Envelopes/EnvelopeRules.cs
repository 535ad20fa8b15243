using Hub.Contracts.Problems;

namespace Hub.Contracts.Envelopes;

/// <summary>What a valid envelope is beyond its types. Pure; used by both codecs on the way in and out.</summary>
public static class EnvelopeRules
{
    /// <summary>Checks every rule.</summary>
    /// <exception cref="ProblemException"><c>malformed-envelope</c> or <c>too-large</c>, naming the field and the rule.</exception>
    public static void Check(Envelope envelope, EnvelopeLimits limits) => throw new NotImplementedException();
}
