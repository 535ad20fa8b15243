using System.Globalization;

namespace Hub.Core.Registry.Certificates;

/// <summary>Whether a key may be used, by the standing of its certificate.</summary>
public enum CertificateVerdict
{
    /// <summary>It may.</summary>
    Good,

    /// <summary>Its certificate is revoked.</summary>
    Revoked,

    /// <summary>Its certificate leads to no anchor, or its status is not known and the grace is over.</summary>
    Broken,
}

/// <summary>Judges the standing of a certificate by the policy of the registry. Pure.</summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>off</c>: nobody is asked, and what was known does not count.</item>
/// <item><c>grace</c>: a good answer holds until its <c>nextUpdate</c> and for the grace beyond; a certificate of which nothing
/// was ever learnt is taken for the grace from the moment the hub first looked at it.</item>
/// <item><c>strict</c>: only a good answer before its <c>nextUpdate</c> counts.</item>
/// </list>
/// A revoked certificate is revoked from the instant on that its issuer states, whatever the grace, and also when its anchor is
/// gone. One that leads to no anchor
/// is a bare key in other clothes: good, unless the policy demands certificates.
/// </remarks>
public static class RevocationRule
{
    /// <summary>Judges.</summary>
    /// <param name="standing">What is known; null: nothing yet.</param>
    /// <param name="policy">The policy in force.</param>
    /// <param name="anchored">Whether the registry has any anchor.</param>
    /// <param name="now">The instant.</param>
    /// <param name="why">For people: the values that decided; empty when it is good.</param>
    public static CertificateVerdict Judge(CertificateStanding? standing, RegistryPolicy policy, bool anchored, DateTimeOffset now, out string why)
    {
        ArgumentNullException.ThrowIfNull(policy);
        why = "";
        if (standing?.State == CertificateState.Unanchored && policy.CertificatesRequired)
        {
            why = $"does not lead to an anchor of the registry: {standing.Fault}";
            return CertificateVerdict.Broken;
        }

        if (policy.Revocation == "off") return CertificateVerdict.Good;
        if (standing is { State: CertificateState.Revoked, RevokedAt: var at } && !(now < at))
        {
            why = $"is revoked since {Text(at)} ({standing.Reason ?? "no reason stated"}; {standing.Source})";
            return CertificateVerdict.Revoked;
        }

        if (!anchored || standing?.State == CertificateState.Unanchored) return CertificateVerdict.Good;
        var strict = policy.Revocation == "strict";
        var known = standing?.Until ?? (strict ? null : standing?.Since ?? now);
        var end = strict ? known : known + policy.RevocationGrace;
        if (now < end || standing is { State: CertificateState.Revoked }) return CertificateVerdict.Good;
        why = $"has no known status: {standing?.Fault ?? "no source was asked yet"}; the last answer held until {Text(standing?.Until)}, and the policy is {(strict ? "strict" : $"a grace of {policy.RevocationGrace}")}";
        return CertificateVerdict.Broken;
    }

    private static string Text(DateTimeOffset? at) => at?.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) ?? "never";
}
