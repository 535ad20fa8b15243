using System.Security.Cryptography.X509Certificates;
using System.Text;
using Hub.Core.Registry.Certificates;

namespace Hub.Core.Registry.Rules;

/// <summary>Rules of people, trust anchors and the policy.</summary>
internal static class GovernanceRules
{
    internal static void Check(RuleRun run, Person person)
    {
        if (person.Role is not ("operator" or "auditor")) run.Wrong(person, "role", $"is '{person.Role}'; write operator or auditor.");
        CheckPersonName(run, person);
        run.CheckInterval(person, "validFrom", person.ValidFrom, "validUntil", person.ValidUntil);
        if (person.Keys.Count == 0) run.Warn($"{person.Role}:{person.Name} has no key and cannot prove who acts.");
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < person.Keys.Count; i++)
        {
            var key = person.Keys[i];
            var path = $"keys[{i}].";
            SystemRules.CheckKey(run, person, key, path, $"{person.Role}:{person.Name}", $"{person.Role}:{person.Name} {key.Key.Id}");
            if (!ids.Add(key.Key.Id)) run.Wrong(person, key, "id", path + "id", $"'{key.Key.Id}' stands twice within {person.Name}.");
            if (key.Use != KeyUse.Signature) run.Wrong(person, key, "use", path + "use", "must be signature: nothing is sealed for people.");
        }
    }

    internal static void Check(RuleRun run, TrustAnchor anchor)
    {
        if (!IdShape.Fits(anchor.Name)) run.Wrong(anchor, "name", $"'{anchor.Name}' is no name of an anchor: letters, digits and ._:- only, the first a letter or digit.{LookAlikes.Remark(anchor.Name)}");
        if (AnchorSet.Fault(anchor) is { } unfit)
        {
            run.Wrong(anchor, "pem", unfit);
            return;
        }

        using var certificate = X509CertificateLoader.LoadCertificate(anchor.Certificate.Span);
        if (run.Context.Now is { } now && new DateTimeOffset(certificate.NotAfter) <= now) run.Warn($"The anchor {anchor.Name} has expired; no certificate leads to it any more.");
        if (!run.Anchors.LeadsToRoot(certificate, run.Context.Now ?? DateTimeOffset.MinValue))
            run.Warn($"The anchor {anchor.Name} is no root, and its root is no anchor: no certificate leads through it. Register '{certificate.Issuer}' too.");
    }

    internal static void Check(RuleRun run, RegistryPolicy policy)
    {
        foreach (var kind in policy.SinglePerson.Where(k => !TrustChangeKinds.All.Contains(k)))
            run.Wrong(policy, "singlePerson", $"'{kind}' is no kind of change. Known: {string.Join(", ", TrustChangeKinds.All)}.");
        if (policy.SinglePerson.Distinct().Count() != policy.SinglePerson.Count) run.Wrong(policy, "singlePerson", "names a kind twice.");
        if (policy.Revocation is not ("off" or "grace" or "strict")) run.Wrong(policy, "revocation", $"is '{policy.Revocation}'; write off, grace or strict.");
        if (policy.CertificatesRequired && !run.After.All(RegistrySections.Anchors).Any())
            run.Warn("Certificates are required, but there is no anchor that one could lead to.");
    }

    private static void CheckPersonName(RuleRun run, Person person)
    {
        // Latin letters alone: a name of a person is compared by machines, and no other alphabet's letter may pass for one of them.
        if (person.Name.EnumerateRunes().FirstOrDefault(r => !Fits(r)) is var bad && bad.Value != 0)
            run.Wrong(person, "name", $"holds U+{bad.Value:X4}; a name is 1 to 64 Latin letters, digits and . - _ @");
        else if (run.After.Holder(Claims.OfPerson(person.Name)) is { Section: RegistrySections.People } other && other.Holder != person.Name)
            run.Wrong(person, "name", $"differs from '{other.Holder}' only in upper and lower case or in its encoding.");
    }

    private static bool Fits(Rune rune) => rune.IsAscii
        ? char.IsAsciiLetterOrDigit((char)rune.Value) || (char)rune.Value is '.' or '-' or '_' or '@'
        : Rune.IsLetter(rune) && LookAlikes.IsLatin(rune.Value);
}
