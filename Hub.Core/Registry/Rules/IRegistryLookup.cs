using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Rules;

/// <summary>What rules ask of a registry. Records and ids as in <see cref="SnapshotChange"/>.</summary>
internal interface IRegistryLookup
{
    /// <summary>A record by section and id, or null.</summary>
    object? Find(string section, string id);

    /// <summary>Every record of a section, in no stated order.</summary>
    IEnumerable<object> All(string section);

    /// <summary>The records of a section among which are all that name one of some objects; others may be among them.</summary>
    /// <param name="section">The section.</param>
    /// <param name="names">Objects by section and id.</param>
    IEnumerable<object> MayName(string section, IReadOnlySet<(string Section, string Id)> names) => All(section);

    /// <summary>The objects that hold what only one holder may hold, see <see cref="Claims"/>; the first of them came first.</summary>
    IEnumerable<Holding> Holdings(string claim);

    /// <summary>Who holds what only one may hold; null when nobody does.</summary>
    Holding? Holder(string claim) => Holdings(claim).FirstOrDefault();

    /// <summary>The systems of an agency by its code in force.</summary>
    IEnumerable<AgencySystem> SystemsOf(AgencyCode agency);

    /// <summary>The keys of a system.</summary>
    IEnumerable<OwnedKey> KeysOf(SystemAddress system);
}

/// <summary>That an object holds something.</summary>
/// <param name="Section">The object's section.</param>
/// <param name="Id">The object's id.</param>
/// <param name="Holder">In whose name: two objects of one holder may hold the same code.</param>
internal sealed record Holding(string Section, string Id, string Holder);
