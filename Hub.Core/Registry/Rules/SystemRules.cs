using Hub.Contracts.Problems;
using Hub.Core.Registry.Certificates;
using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry.Rules;

/// <summary>Rules of systems and of keys, whoever owns them.</summary>
internal static class SystemRules
{
    internal static void Check(RuleRun run, AgencySystem system)
    {
        run.CheckName(system, "name", system.Name);
        if (system.Address == run.Context.Hub) run.Wrong(system, "address", "is the hub's own, which is built in.");
        if (system.Receives.Distinct().Count() != system.Receives.Count) run.Wrong(system, "receives", "names a type twice.");
        var keys = run.After.KeysOf(system.Address).Any();
        if (system.Channel.Kind == "app" && keys) run.Wrong(system, "keys", "must be empty: the hub holds the keys of apps on the bus.");
        if (system.Channel.Kind != "app" && !keys) run.Warn($"{system.Address} has no key: it can neither send nor claim.");
        CheckShared(run, system);
    }

    internal static void Check(RuleRun run, OwnedKey owned)
    {
        if (run.Find<AgencySystem>(RegistrySections.Systems, owned.System.ToString()) is { Channel.Kind: "app" })
            run.Wrong(owned, owned.Key, "id", "id", $"{owned.System} is an app on the bus, whose keys the hub holds.");
        CheckKey(run, owned, owned.Key, "", owned.System.ToString(), $"{owned.System} {owned.Key.Key.Id}");
    }

    /// <param name="run">The check.</param>
    /// <param name="record">The record that holds the key.</param>
    /// <param name="key">The key.</param>
    /// <param name="path">Where the record holds it, with a dot at the end; empty for the record itself.</param>
    /// <param name="owner">Whose it is.</param>
    /// <param name="holder">Owner and key id.</param>
    internal static void CheckKey(RuleRun run, object record, SystemKey key, string path, string owner, string holder)
    {
        if (!IdShape.Fits(key.Key.Id)) Wrong("id", $"'{key.Key.Id}' is no key id: letters, digits and ._:- only, the first a letter or digit.{LookAlikes.Remark(key.Key.Id)}");
        if (key.NotBefore >= key.NotAfter) Wrong("notAfter", "is not after notBefore.");
        if (key.Development && !run.Context.Development)
            Wrong("development", $"The key '{key.Key.Id}' of {owner} was made by 'hub dev-pki'. Register the real key, or start the hub with --development on a machine without real data.");
        if (run.After.Holder(Claims.OfKey(key)) is { } other && other.Holder != holder)
            Wrong("pem", $"stands under {other.Holder} already; a key is registered once, so that revoking it has no gap.");
        if (!StandsAlready(run, record, key) && CertificateRules.Fault(key, run.Anchors, run.Policy, run.Context.Now ?? DateTimeOffset.MinValue) is { } broken)
            run.Wrong(record, key, "pem", path + "pem", broken, ProblemCode.CertificateInvalid);

        void Wrong(string member, string detail) => run.Wrong(record, key, member, path + member, detail);
    }

    /// <summary>Whether the same key stands in the registry with the same certificate for the same use: it was followed to its anchor
    /// when it came, and what became of that since is judged at every use.</summary>
    private static bool StandsAlready(RuleRun run, object record, SystemKey key) =>
        (record switch
        {
            OwnedKey owned => run.FindBefore<OwnedKey>(RegistrySections.Keys, ObjectForms.Name(owned).Id)?.Key,
            Person person => run.FindBefore<Person>(RegistrySections.People, person.Name)?.Keys.FirstOrDefault(k => k.Key.Id == key.Key.Id),
            _ => null,
        }) is { } before
        && before.Use == key.Use && before.Key.Thumbprint == key.Key.Thumbprint
        && before.Certificate.GetValueOrDefault().Span.SequenceEqual(key.Certificate.GetValueOrDefault().Span);

    private static void CheckShared(RuleRun run, AgencySystem system)
    {
        if (system.Receives.Count == 0) return;
        var siblings = run.After.SystemsOf(system.Address.Agency).Where(s => s.Address != system.Address).ToArray();
        foreach (var type in system.Receives)
        {
            // Told once for each pair: by the one whose address sorts first, or by the one that changes.
            if (Array.Find(siblings, s => s.Receives.Contains(type)) is { } other
                && string.CompareOrdinal(system.Address.System, other.Address.System) < 0)
                run.Warn($"{system.Address} and {other.Address} both receive {type}: a message to the agency {system.Address.Agency} will be refused as ambiguous.");
        }
    }
}
