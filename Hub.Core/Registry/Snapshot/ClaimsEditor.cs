using Hub.Core.Registry.Rules;

namespace Hub.Core.Registry;

/// <summary>Edits who holds what only one may hold.</summary>
internal sealed class ClaimsEditor(PersistentMap<string, Holding[]> claims)
{
    private readonly PersistentMap<string, Holding[]>.Editor _claims = claims.Edit();

    internal PersistentMap<string, Holding[]> ToMap() => _claims.ToMap();

    /// <summary>Puts the claims of a record in the place of those of another version of the same object.</summary>
    internal void Replace(string section, string id, object? old, object? record)
    {
        if (ReferenceEquals(old, record)) return;
        foreach (var (claim, _) in old is null ? [] : Claims.Of(old))
        {
            Holding[] others = [.. (_claims.Find(claim) ?? []).Where(h => h.Section != section || h.Id != id)];
            _claims.Put(claim, others.Length == 0 ? null : others);
        }

        foreach (var (claim, holder) in record is null ? [] : Claims.Of(record))
            _claims.Put(claim, [.. _claims.Find(claim) ?? [], new Holding(section, id, holder)]);
    }

    /// <summary>The same for all keys of a system.</summary>
    internal void ReplaceKeys(AgencySystem? old, AgencySystem? system)
    {
        var (before, after) = (old?.Keys ?? [], system?.Keys ?? []);
        if (ReferenceEquals(before, after)) return;
        foreach (var key in before.Except(after)) Replace(RegistrySections.Keys, Documents.KeyForm.IdOf(old!.Address, key.Key.Id), new OwnedKey(old.Address, key), null);
        foreach (var key in after.Except(before)) Replace(RegistrySections.Keys, Documents.KeyForm.IdOf(system!.Address, key.Key.Id), null, new OwnedKey(system.Address, key));
    }
}
