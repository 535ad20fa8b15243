using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Rules;

/// <summary>What rules ask of a registry. Records and ids as in <see cref="SnapshotChange"/>.</summary>
internal interface IRegistryLookup
{
    /// <summary>A record by section and id, or null.</summary>
    object? Find(string section, string id);

    /// <summary>Every record of a section, in no stated order.</summary>
    IEnumerable<object> All(string section);

    /// <summary>Who holds what only one may hold, see <see cref="Claims"/>; null when nobody does.</summary>
    Holding? Holder(string claim);

    /// <summary>The systems of an agency by its code in force.</summary>
    IEnumerable<AgencySystem> SystemsOf(AgencyCode agency);

    /// <summary>The keys of a system.</summary>
    IEnumerable<OwnedKey> KeysOf(SystemAddress system);
}

/// <summary>That an object holds something.</summary>
/// <param name="Section">The object's section.</param>
/// <param name="Id">The object's id.</param>
/// <param name="Holder">In whose name: two objects of one holder may hold the same code.</param>
internal readonly record struct Holding(string Section, string Id, string Holder);
