using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Changes;

/// <summary>A change that adds trust.</summary>
/// <param name="Kind">One of <see cref="TrustChangeKinds"/>.</param>
/// <param name="Section">Section of the object.</param>
/// <param name="Id">The object.</param>
/// <param name="Why">What is added, for people.</param>
internal sealed record TrustChange(string Kind, string Section, string Id, string Why);

/// <summary>Finds the changes that add trust: that let somebody do, reach or be believed more than before. All others, above all
/// those that take trust away, are free. Pure. What is not known to be harmless counts as adding trust.</summary>
internal static class TrustPolicy
{
    /// <summary>Finds them.</summary>
    /// <param name="differences">What changes.</param>
    /// <param name="before">Everybody in <c>people</c> before.</param>
    /// <param name="after">Everybody in <c>people</c> after.</param>
    /// <param name="isWithin">Whether an agency (first) is another (second) or stands under it.</param>
    /// <param name="at">The instant.</param>
    internal static IReadOnlyList<TrustChange> Find(
        IReadOnlyList<ObjectDifference> differences, IReadOnlyList<Person> before, IReadOnlyList<Person> after, Func<AgencyCode, AgencyCode, bool> isWithin, DateTimeOffset at)
    {
        var found = new List<TrustChange>();
        var given = differences.Where(d => d is { Section: RegistrySections.Rights, Before: not null }).Select(d => (Right)d.Before!).ToLookup(r => (r.From, r.To));
        foreach (var difference in differences)
        {
            var added = difference.After switch
            {
                Right right => RightTrust.Added(given[(right.From, right.To)], right),
                AgencySystem system => SystemTrust.Added((AgencySystem?)difference.Before, system),
                OwnedKey key => KeyTrust.Added((difference.Before as OwnedKey)?.Key, key.Key),
                Service service => ServiceTrust.Added((Service?)difference.Before, service),
                Group group => GroupTrust.Added((Group?)difference.Before, group),
                Person person => PersonTrust.Added((Person?)difference.Before, person, isWithin),
                Agency agency => AgencyTrust.Added((Agency?)difference.Before, agency),
                CodeEntry code => AgencyTrust.Added((CodeEntry?)difference.Before, code),
                Reorganisation plan => AgencyTrust.Added((Reorganisation?)difference.Before, plan),
                TrustAnchor => "a certification authority is trusted",
                RegistryPolicy => "the rules of changes themselves change",
                null when difference.Before is TrustAnchor anchor => $"certificates that led to {anchor.Name} count as bare keys, whose revocation nobody asks for",
                null when difference.Before is Reorganisation => "a planned reorganisation is withdrawn",
                null when difference.Before is RegistryPolicy => "the rules of changes themselves change",
                null or Level => null,
                var other => throw new InvalidOperationException($"A {other.GetType().Name} is no object of a registry."),
            };
            if (added is not null) found.Add(new TrustChange(KindOf(difference.Section), difference.Section, difference.Id, added));
        }

        if (FourEyes.Weakened(before, after, at) is { } weakened) found.Add(weakened);
        return found;
    }

    private static string KindOf(string section) => section switch
    {
        RegistrySections.Policy => TrustChangeKinds.Policy,
        RegistrySections.Anchors => TrustChangeKinds.Anchor,
        RegistrySections.Services => TrustChangeKinds.Service,
        RegistrySections.Groups or RegistrySections.Rights => TrustChangeKinds.Right,
        RegistrySections.People => TrustChangeKinds.Person,
        RegistrySections.Systems => TrustChangeKinds.System,
        RegistrySections.Keys => TrustChangeKinds.Key,
        RegistrySections.Agencies or RegistrySections.Codes or RegistrySections.Reorganisations => TrustChangeKinds.Agency,
        _ => throw new InvalidOperationException($"The section {section} holds no trust."),
    };
}
