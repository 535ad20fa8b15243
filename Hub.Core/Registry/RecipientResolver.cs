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
    private readonly List<ResolvedRecipient> _found = [];
    private readonly Dictionary<SystemAddress, int> _places = [];
    private readonly List<ProblemItem> _bad = [];
    private int _members;

    internal RecipientResolver(RegistrySnapshot registry, MessageType type, DateTimeOffset at)
    {
        _registry = registry;
        _type = type;
        _at = at;
    }

    internal IReadOnlyList<ResolvedRecipient> Resolve(IReadOnlyList<Recipient> to)
    {
        foreach (var recipient in to)
        {
            if (recipient.Address.Kind == RecipientKind.Group) AddGroup(recipient);
            else Add(recipient.Address, recipient.Role, subject: recipient.Address.Value, group: null);
        }

        return _bad.Count == 0 ? _found : throw Refusal();
    }

    private void AddGroup(Recipient recipient)
    {
        if (_registry.FindGroup(recipient.Address.Group) is not { } group)
        {
            Bad(recipient.Address.Value, ProblemCode.UnknownRecipient, "There is no group of this name.");
            return;
        }

        _members += group.Members.Count;
        if (_members > MaxMembers)
            throw ProblemCode.TooLarge.With($"The groups named have more than {MaxMembers} members together. Send to fewer groups at once.");
        foreach (var member in group.Members)
            Add(member, recipient.Role, $"{recipient.Address.Value} → {member.Value}", group);
    }

    private void Add(RecipientAddress address, RecipientRole role, string subject, Group? group)
    {
        var system = address.Kind == RecipientKind.System
            ? FindSystem(address.System, subject)
            : FindSystemOfAgency(address.Agency, subject);
        if (system is null) return;
        if (_places.TryGetValue(system.Address, out var place))
        {
            if (role == RecipientRole.Main) _found[place] = _found[place] with { Role = RecipientRole.Main };
            return;
        }

        var why = group is not null ? $"group:{group.Name}@{group.Version}"
            : address.Kind == RecipientKind.Agency ? $"agency:{address.Value}"
            : "direct";
        _places.Add(system.Address, _found.Count);
        _found.Add(new ResolvedRecipient(system, role, why));
    }

    private AgencySystem? FindSystem(SystemAddress address, string subject)
    {
        // The hub's own answers reach a registered system even when its agency has closed: what was sent before is settled.
        var closedToo = RegistrySnapshot.IsProtocol(_type);
        if (FindAgency(address.Agency, subject, closedToo) is not { } agency) return null;
        foreach (var system in _registry.SystemsOf(agency.Code))
            if (system.Address.System == address.System) return system;
        return Bad(subject, ProblemCode.UnknownRecipient, $"{agency.Code} has no system '{address.System}'.");
    }

    private AgencySystem? FindSystemOfAgency(AgencyCode code, string subject)
    {
        if (FindAgency(code, subject, closedToo: false) is not { } agency) return null;
        var protocol = RegistrySnapshot.IsProtocol(_type);
        AgencySystem? found = null;
        foreach (var system in _registry.SystemsOf(agency.Code))
        {
            if (!protocol && !system.Receives.Contains(_type)) continue;
            if (found is not null)
                return Bad(subject, ProblemCode.AmbiguousRecipient, $"{found.Address} and {system.Address} both receive {_type}. Name one of them.");
            found = system;
        }

        return found ?? Bad(subject, ProblemCode.NoSystemForType, $"{agency.Code} has no system that receives {_type}.");
    }

    private Agency? FindAgency(AgencyCode code, string subject, bool closedToo)
    {
        if (_registry.FindAgency(code) is not { } agency)
        {
            Bad(subject, ProblemCode.UnknownRecipient, $"There is no agency with the code {code}.");
            return null;
        }

        if (closedToo || agency.IsOpen(_at)) return agency;
        Bad(subject, ProblemCode.RecipientClosed, agency.ValidUntil <= _at
            ? $"{agency.Code} was closed on {agency.ValidUntil:yyyy-MM-dd}."
            : $"{agency.Code} opens on {agency.ValidFrom:yyyy-MM-dd}.");
        return null;
    }

    private AgencySystem? Bad(string subject, ProblemCode code, string detail)
    {
        _bad.Add(new ProblemItem(subject, code, detail));
        return null;
    }

    private ProblemException Refusal() => new(new Problem(
        _bad[0].Code,
        $"{_bad.Count} recipient(s) are wrong, so nothing was sent to anybody. First: {_bad[0].Subject}: {_bad[0].Detail}")
    {
        Items = _bad,
    });
}
