namespace Hub.Core.Registry.Rules;

/// <summary>Every code that ever stood in the registry, and whose it was: codes are never given to another agency. Not
/// thread-safe; one writer holds it.</summary>
internal sealed class CodeLedger
{
    private readonly Dictionary<string, string> _holders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>The last version that it has seen.</summary>
    internal long Version { get; set; }

    /// <summary>Remembers the codes of an agency or of an entry of the table of codes; other records have none. To be called
    /// with every version there ever was, the oldest first.</summary>
    internal void Remember(object record)
    {
        if (record is AgencySystem system) RememberSystem(system.Address);
        if (record is not (Agency or CodeEntry)) return;
        foreach (var (claim, holder) in Claims.Of(record))
            if (!claim.StartsWith("look ", StringComparison.Ordinal)) _holders.TryAdd(claim, holder);
        if (record is Agency agency) _names[agency.Code.Value] = agency.Name;
    }

    /// <summary>Remembers that an agency had a system, so that messages may name it.</summary>
    internal void RememberSystem(Hub.Contracts.Addresses.SystemAddress address) => _used.Add(address.Agency.Value);

    /// <summary>Whether an agency ever had a system.</summary>
    internal bool HadSystems(string agency) => _used.Contains(agency);

    /// <summary>The code in force of the agency that first held a code; null when nobody ever did.</summary>
    internal string? HolderOf(string claim) => _holders.GetValueOrDefault(claim);

    /// <summary>The name that an agency had last; null when there never was one of this code.</summary>
    internal string? NameOf(string agency) => _names.GetValueOrDefault(agency);
}
