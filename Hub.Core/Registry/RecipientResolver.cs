using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Core.Registry;

/// <summary>Expands the recipients of one message. Collects every bad one, so that the sender corrects them all at once.</summary>
public sealed class RecipientResolver
{
    /// <summary>Most members that the groups of one message may have together (20,000).</summary>
    public const int MaxMembers = 20_000;

    private readonly RegistrySnapshot _registry;
    private readonly MessageType _type;
    private readonly DateTimeOffset _at;
    private readonly DestinationFinder _finder;
    private readonly List<ResolvedRecipient> _found = [];
    private readonly List<ProblemItem> _bad = [];
    private RecipientPlaces? _places;
    private int _members;

    internal RecipientResolver(RegistrySnapshot registry, MessageType type, DateTimeOffset at)
    {
        _registry = registry;
        _type = type;
        _at = at;
        _finder = new DestinationFinder(registry, type, at);
    }

    internal IReadOnlyList<ResolvedRecipient> Resolve(IReadOnlyList<Recipient> to)
    {
        // The usual case of one group: what was expanded before is the answer.
        if (to is [{ Address.Kind: RecipientKind.Group, Role: RecipientRole.Main } only] && Expand(only) is { Bad.Count: 0 } whole) return whole.Recipients;
        _members = 0;
        _bad.Clear();
        foreach (var recipient in to)
        {
            if (recipient.Address.Kind == RecipientKind.Group) AddGroup(recipient);
            else Add(recipient);
        }

        return _bad.Count == 0 ? _found : throw Refusal();
    }

    private GroupExpansion? Expand(Recipient recipient)
    {
        if (_registry.FindGroup(recipient.Address.Group) is not { } group)
        {
            _bad.Add(new ProblemItem(recipient.Address.Value, ProblemCode.UnknownRecipient, "There is no group of this name."));
            return null;
        }

        // A group of too many is refused before it is expanded.
        CountMembers(group.Members.Count);
        var expansion = _registry.Expansions.Of(_registry, group, _type, _at);
        CountMembers(expansion.Members - group.Members.Count);
        return expansion;
    }

    private void CountMembers(int more)
    {
        _members += more;
        if (_members > MaxMembers)
            throw ProblemCode.TooLarge.With($"The groups named have more than {MaxMembers} members together. Send to fewer groups at once.");
    }

    private void AddGroup(Recipient recipient)
    {
        if (Expand(recipient) is not { } expansion) return;
        _bad.AddRange(expansion.Bad);
        _places ??= new RecipientPlaces(_found);
        foreach (var member in expansion.Recipients)
            _places.Add(recipient.Role == RecipientRole.Main ? member : member with { Role = recipient.Role });
    }

    private void Add(Recipient recipient)
    {
        var address = recipient.Address;
        var destination = _finder.Find(address);
        if (destination.System is null)
        {
            _bad.Add(new ProblemItem(address.Value, destination.Code!, destination.Detail!));
            return;
        }

        var why = address.Kind == RecipientKind.Agency ? $"agency:{address.Value}" : "direct";
        _places ??= new RecipientPlaces(_found);
        _places.Add(new ResolvedRecipient(destination.System, recipient.Role, RecipientPlaces.Why(destination, why)) { Redirection = destination.Redirection });
    }

    private ProblemException Refusal() => new(new Problem(
        _bad[0].Code,
        $"{_bad.Count} recipient(s) are wrong, so nothing was sent to anybody. First: {_bad[0].Subject}: {_bad[0].Detail}")
    {
        Items = _bad,
    });
}
