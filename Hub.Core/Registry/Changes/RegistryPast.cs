using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Core.Registry.Documents;
using Hub.Core.Registry.Rules;
using Hub.Core.Storage;

namespace Hub.Core.Registry.Changes;

/// <summary>Rules about what was: agencies in use are closed and not removed, codes that ever stood are remembered, and a proof of
/// succession counts once.</summary>
internal static class RegistryPast
{
    private const int Page = 200;

    /// <exception cref="ProblemException"><c>registry-invalid</c> with every mistake.</exception>
    internal static void CheckRemovals(CheckedPatch patch, CodeLedger? ledger)
    {
        var mistakes = new Mistakes();
        foreach (var gone in patch.Differences.Where(d => d.After is null).Select(d => d.Before).OfType<Agency>())
        {
            if (patch.Before.SystemsOf(gone.Code).Count > 0 || ledger?.HadSystems(gone.Code.Value) == true)
                mistakes.Add(0, $"agencies[{gone.Code}]", "has systems, or had some. An agency in use is closed (validUntil, or a reorganisation), not removed: its messages and their records name it.");
        }

        mistakes.ThrowIfAny();
    }

    /// <summary>Remembers every code that stood and every agency that had a system in the versions that the ledger has not seen.</summary>
    internal static async ValueTask FollowCodesAsync(IHubStore store, CodeLedger ledger, CancellationToken cancellationToken)
    {
        for (; await store.ListRegistryVersionsAsync(ledger.Version, Page, cancellationToken) is { Count: > 0 } versions; ledger.Version = versions[^1].Version)
        {
            foreach (var stored in versions.SelectMany(v => v.Changes).Where(static o => o.Json is not null))
            {
                if (stored.Section is RegistrySections.Agencies or RegistrySections.Codes) ledger.Remember(ObjectForms.Read(stored));
                else if (stored.Section == RegistrySections.Systems) ledger.RememberSystem(SystemAddress.Parse(stored.Id));
            }
        }
    }

    /// <summary>Whether an older key's word for this key was given to the hub before, or a later one was: it counts once, and does not
    /// bring back a key that was taken away since. Signatures may be changed without the key, so their times are compared.</summary>
    internal static async ValueTask<bool> WasUsedAsync(IHubStore store, KeySuccession succession, CancellationToken cancellationToken)
    {
        // It cannot have been given earlier than it was made, by a clock that may be ahead.
        var after = await store.FindRegistryVersionAsync(succession.Time - KeyProofCheck.Skew, cancellationToken) ?? 0;
        foreach (var stored in await store.ListKeyHistoryAsync(succession.System, after, cancellationToken))
        {
            var key = ((OwnedKey)ObjectForms.Read(stored)).Key;
            if (key.Key.Thumbprint == succession.Thumbprint && SuccessionTimes(key).Any(t => t >= succession.Time)) return true;
        }

        return false;
    }

    /// <summary>The keys of the same system that a key vouched for, or one that it vouched for, and that came since an instant. Not the time that
    /// the proof states counts, which who has the key may write as he likes, but when the registry took the key.</summary>
    internal static async ValueTask<IReadOnlyList<OwnedKey>> VouchedSinceAsync(
        IHubStore store, OwnedKey older, IEnumerable<OwnedKey> all, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var (others, found) = (all.ToList(), new List<OwnedKey> { older });
        var then = await store.FindRegistryVersionAsync(since, cancellationToken) ?? 0;
        for (var i = 0; i < found.Count; i++)
        {
            foreach (var other in others.Where(o => found.TrueForAll(f => f.Key.Key.Id != o.Key.Key.Id) && Vouches(found[i].Key, o.Key)).ToList())
                if (!await StoodAsync(store, other, then, cancellationToken)) found.Add(other);
        }

        return found[1..];
    }

    private static bool Vouches(SystemKey older, SystemKey key)
    {
        foreach (var proof in (key.Proof ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(KeyProof.IsSuccession))
        {
            try
            {
                KeyProof.OpenSuccession(proof, key.Key, _ => older.Key);
                return true;
            }
            catch (ProblemException)
            {
                // Another key did.
            }
        }

        return false;
    }

    private static async ValueTask<bool> StoodAsync(IHubStore store, OwnedKey key, long version, CancellationToken cancellationToken) =>
        (await store.ListRegistryHistoryAsync(RegistrySections.Keys, $"{key.System} {key.Key.Key.Id}", version, cancellationToken)) is [.., { Changes: [{ Json: not null } then] }]
        && ((OwnedKey)ObjectForms.Read(then)).Key.Key.Thumbprint == key.Key.Key.Thumbprint;

    private static IEnumerable<DateTimeOffset?> SuccessionTimes(SystemKey key) =>
        (key.Proof ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(KeyProof.IsSuccession).Select(p => KeyProof.Peek(p)?.Time);
}
