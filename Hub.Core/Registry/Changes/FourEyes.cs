namespace Hub.Core.Registry.Changes;

/// <summary>When changes of trust need a second person: as soon as, and as long as, the registry names two operators who can act.
/// Pure.</summary>
internal static class FourEyes
{
    /// <summary>How many operators make four eyes (2).</summary>
    internal const int Operators = 2;

    /// <summary>Whether changes that add trust need a second person at an instant.</summary>
    internal static bool InForce(IEnumerable<Person> people, DateTimeOffset at) => people.Count(p => CanAct(p, at)) >= Operators;

    /// <summary>Whether a person is an operator in force with a key that can sign.</summary>
    internal static bool CanAct(Person person, DateTimeOffset at) =>
        person.Role == "operator"
        && new Validity(person.ValidFrom, person.ValidUntil).Holds(at)
        && person.Keys.Any(k => k.Use == KeyUse.Signature && Validity.Of(k).Holds(at));

    /// <summary>The change that leaves, now or at a later instant, fewer operators than four eyes need, where they would have been
    /// enough: one person must not be able to become the only one. Null when it does not.</summary>
    internal static TrustChange? Weakened(IReadOnlyList<Person> before, IReadOnlyList<Person> after, DateTimeOffset at)
    {
        if (ReferenceEquals(before, after)) return null;
        foreach (var instant in before.Concat(after).SelectMany(Edges).Where(e => e > at).Append(at).Distinct())
        {
            var left = after.Count(p => CanAct(p, instant));
            if (left < Operators && left < before.Count(p => CanAct(p, instant)) && InForce(before, instant))
                return new TrustChange(TrustChangeKinds.Person, RegistrySections.People, "operators", $"from {instant:yyyy-MM-ddTHH:mm:ssZ} on only {left} operators can act, so that nobody is left to approve");
        }

        return null;
    }

    private static IEnumerable<DateTimeOffset> Edges(Person person) =>
        person.Keys.SelectMany(k => new[] { k.NotBefore, k.NotAfter, k.Revoked }).Append(person.ValidFrom).Append(person.ValidUntil).OfType<DateTimeOffset>();
}
