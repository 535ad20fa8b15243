namespace Hub.Core.Registry.Rules;

/// <summary>What an object claims for its holder alone: codes of agencies, public keys, names of people. Pure.</summary>
internal static class Claims
{
    internal static string OfCode(string code) => "code " + code;

    internal static string OfTerritory(string code) => "territory " + code;

    internal static string OfKey(SystemKey key) => "key " + key.Key.Thumbprint;

    internal static string OfPerson(string name) => "person " + name.Normalize(System.Text.NormalizationForm.FormKC).ToUpperInvariant();

    /// <summary>Claimed by the first of several agencies whose codes look alike; more than one may.</summary>
    internal static string OfLook(string code) => "look " + LookAlikes.Folded(code);

    /// <summary>Every claim of a record with its holder.</summary>
    internal static IEnumerable<(string Claim, string Holder)> Of(object record)
    {
        switch (record)
        {
            case Agency agency:
                yield return (OfCode(agency.Code.Value), agency.Code.Value);
                yield return (OfLook(agency.Code.Value), agency.Code.Value);
                if (agency.LegacyCode is { } legacy) yield return (OfCode(legacy.Value), agency.Code.Value);
                break;
            case CodeEntry { Scheme: "territory" } entry:
                yield return (OfTerritory(entry.Code), entry.Agency.Value);
                break;
            case CodeEntry entry:
                yield return (OfCode(entry.Code), entry.Agency.Value);
                break;
            case OwnedKey key:
                yield return (OfKey(key.Key), $"{key.System} {key.Key.Key.Id}");
                break;
            case Person person:
                yield return (OfPerson(person.Name), person.Name);
                foreach (var key in person.Keys) yield return (OfKey(key), $"{person.Role}:{person.Name} {key.Key.Id}");
                break;
        }
    }
}
