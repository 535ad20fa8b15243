using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>One object of the registry that is, or is no more. What <see cref="RegistrySnapshot.With"/> takes.</summary>
/// <param name="Section">One of <see cref="RegistrySections"/>.</param>
/// <param name="Id">What names it within its section, as in <see cref="RegistryObject"/>.</param>
/// <param name="Value">Its record: <see cref="RegistryPolicy"/>, <see cref="Level"/>, <see cref="Agency"/>, <see cref="CodeEntry"/>,
/// <see cref="Reorganisation"/>, <see cref="TrustAnchor"/>, <see cref="Service"/>, <see cref="Group"/>, <see cref="Person"/> (with its
/// keys), <see cref="AgencySystem"/> (its keys are not looked at: those registered stay), <see cref="OwnedKey"/> or
/// <see cref="Right"/>; null when it was removed.</param>
internal readonly record struct SnapshotChange(string Section, string Id, object? Value);

/// <summary>A key and the system that owns it: the object of the section <see cref="RegistrySections.Keys"/>.</summary>
/// <param name="System">The owner.</param>
/// <param name="Key">The key.</param>
public sealed record OwnedKey(SystemAddress System, SystemKey Key);
