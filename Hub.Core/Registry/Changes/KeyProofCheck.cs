using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;

namespace Hub.Core.Registry.Changes;

/// <summary>That an older key of a system vouches for a change of another.</summary>
/// <param name="System">The system.</param>
/// <param name="Key">Id of the key that changes.</param>
/// <param name="Thumbprint">Its SHA-256.</param>
/// <param name="Older">Id of the older key.</param>
/// <param name="Time">When the older key signed.</param>
internal sealed record KeySuccession(SystemAddress System, string Key, string Thumbprint, string Older, DateTimeOffset Time);

/// <summary>Checks the proofs that come with keys. Pure.</summary>
/// <param name="hub">The hub's address, which every proof must name.</param>
/// <param name="at">The instant.</param>
/// <param name="required">Whether a key that is new to its owner needs a proof of possession.</param>
/// <param name="ring">The keys in force.</param>
/// <param name="before">The registry in force.</param>
internal sealed class KeyProofCheck(SystemAddress hub, DateTimeOffset at, bool required, IKeyRing ring, RegistrySnapshot before)
{
    /// <summary>Greatest age of a proof (90 days).</summary>
    internal static readonly TimeSpan MaxAge = TimeSpan.FromDays(90);

    /// <summary>How far the clock of who signed may be ahead (5 minutes).</summary>
    internal static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);
    private readonly List<ProblemItem> _faults = [];
    private readonly List<KeySuccession> _successions = [];

    /// <summary>What does not hold.</summary>
    internal IReadOnlyList<ProblemItem> Faults => _faults;

    /// <summary>Changes that an older key of the same system vouches for.</summary>
    internal IReadOnlyList<KeySuccession> Successions => _successions;

    /// <summary>Checks the keys of one changed object.</summary>
    internal void Check(ObjectDifference difference)
    {
        switch (difference.After)
        {
            case OwnedKey key:
                Check($"{RegistrySections.Keys} {difference.Id}", key.System.ToString(), key.System, (difference.Before as OwnedKey)?.Key, key.Key);
                break;
            case Person person:
                var old = (Person?)difference.Before;
                foreach (var key in person.Keys)
                    Check($"{RegistrySections.People} {difference.Id} keys {key.Key.Id}", $"{person.Role}:{person.Name}", null, old?.Keys.FirstOrDefault(k => k.Key.Id == key.Key.Id), key);
                break;
        }
    }

    private void Check(string subject, string owner, SystemAddress? system, SystemKey? old, SystemKey key)
    {
        var isNew = old is null || old.Key.Thumbprint != key.Key.Thumbprint || old.Use != key.Use;
        if (!isNew && old!.Proof == key.Proof) return;
        var proofs = (key.Proof ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var possessed = false;
        try
        {
            if (proofs.Length > 2) throw ProblemCode.ProofInvalid.With($"{proofs.Length} proofs stand there; one of possession and one of succession may.");
            foreach (var proof in proofs)
            {
                if (KeyProof.IsSuccession(proof)) Succeed(proof, owner, system, key);
                else
                {
                    CheckClaims(KeyProof.OpenPossession(proof, key.Key), owner, key);
                    possessed = true;
                }
            }

            if (isNew && required && !possessed)
                throw ProblemCode.ProofInvalid.With($"The proof of possession is missing: whoever holds the private key must sign (typ {KeyProof.PossessionType}); 'hub key prove' makes it.");
        }
        catch (ProblemException refused)
        {
            _faults.Add(new ProblemItem(subject, ProblemCode.ProofInvalid, refused.Problem.Detail));
        }
    }

    private void Succeed(string proof, string owner, SystemAddress? system, SystemKey key)
    {
        if (system is not { } address) throw ProblemCode.ProofInvalid.With("A person's key needs a second person; an older key of the same person does not replace one.");
        VerificationKey? older = null;
        var said = KeyProof.OpenSuccession(proof, key.Key, hint => older = Older(address, hint));
        CheckClaims(said, owner, key);
        _successions.Add(new KeySuccession(address, key.Key.Id, key.Key.Thumbprint, older!.Id, said.Time));
    }

    /// <summary>An older key must be one for signatures, in force in the registry as it stands before the change.</summary>
    private VerificationKey Older(SystemAddress system, KeyHint hint)
    {
        var key = ring.Find(system, hint);
        return before.FindSystem(system)!.Keys.Any(k => ReferenceEquals(k.Key, key) && k.Use == KeyUse.Signature)
            ? key
            : throw ProblemCode.ProofInvalid.With($"The key '{key.Id}' of {system} is not one for signatures.");
    }

    private void CheckClaims(KeyProof said, string owner, SystemKey key)
    {
        var use = key.Use == KeyUse.Encryption ? "encryption" : "signature";
        if (said.Hub != hub) throw ProblemCode.ProofInvalid.With($"The proof was made for the hub {said.Hub}; this is {hub}.");
        if (said.Owner != owner) throw ProblemCode.ProofInvalid.With($"The proof speaks of the owner '{said.Owner}'; the key is registered for '{owner}'.");
        if (said.Use != use) throw ProblemCode.ProofInvalid.With($"The proof speaks of the use '{said.Use}'; the key is registered for '{use}'.");
        if (said.Time > at + Skew) throw ProblemCode.ProofInvalid.With($"The proof was made at {said.Time:u}, in the future; it is {at:u}.");
        if (said.Time < at - MaxAge) throw ProblemCode.ProofInvalid.With($"The proof was made at {said.Time:u}, more than {MaxAge.TotalDays:0} days ago; it is {at:u}. Make it afresh.");
    }
}
