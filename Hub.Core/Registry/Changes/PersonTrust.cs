using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Changes;

/// <summary>Whether a person may do more than before, or proves himself in another way. Pure.</summary>
internal static class PersonTrust
{
    /// <summary>What is added; null when nothing is.</summary>
    internal static string? Added(Person? before, Person after, Func<AgencyCode, AgencyCode, bool> isWithin)
    {
        var name = $"{after.Role}:{after.Name}";
        if (before is null) return $"{name} is added";
        if (before.Role != after.Role) return $"{name} was {before.Role}";
        if (after.Content && !before.Content) return $"{name} may read content";
        if (before.Under is { } old && (after.Under is not { } under || !isWithin(under, old))) return $"{name} acts beyond {old}";
        if (Span(after).ExceedsAny(Span(before))) return $"{name} acts for longer, or again";
        foreach (var key in after.Keys)
        {
            if (KeyTrust.Added(before.Keys.FirstOrDefault(k => k.Key.Id == key.Key.Id), key) is { } added) return $"{name}: {added}";
        }

        return null;
    }

    private static Validity Span(Person person) => new(person.ValidFrom, person.ValidUntil);
}
