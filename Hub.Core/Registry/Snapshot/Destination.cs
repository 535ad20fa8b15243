using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;

namespace Hub.Core.Registry;

/// <summary>Where one address leads: to a system, perhaps of a successor; or nowhere, and why.</summary>
internal readonly record struct Destination
{
    internal AgencySystem? System { get; private init; }

    internal Redirection? Redirection { get; private init; }

    internal ProblemCode? Code { get; private init; }

    internal string? Detail { get; private init; }

    internal static Destination At(AgencySystem system, Redirection? redirection) => new() { System = system, Redirection = redirection };

    internal static Destination Nowhere(ProblemCode code, string detail) => new() { Code = code, Detail = detail };
}

/// <summary>Finds where addresses lead for one type at one instant. Pure.</summary>
internal sealed class DestinationFinder(RegistrySnapshot registry, MessageType type, DateTimeOffset at)
{
    private readonly Service? _service = registry.FindService(type);
    private readonly bool _protocol = RegistrySnapshot.IsProtocol(type);

    internal Destination Find(RecipientAddress address) => address.Kind == RecipientKind.System
        ? Find(address.System.Agency, address.System.System)
        : Find(address.Agency, system: null);

    /// <param name="code">The agency's code as written.</param>
    /// <param name="system">The system's name; null when the agency is addressed.</param>
    internal Destination Find(AgencyCode code, string? system)
    {
        var node = registry.Node(code);
        var agency = node?.Timeline is { } timeline ? timeline.At(at) : registry.AgencyAt(code, at);
        if (agency is null) return Destination.Nowhere(ProblemCode.UnknownRecipient, Unknown(code));
        if (node?.Code != agency.Agency.Code) node = registry.Node(agency.Agency.Code)!;
        var named = system is null ? null : node.System(system);
        // The hub's own answers reach a registered system even when its agency has closed: what was sent before is settled.
        if (_protocol && named is not null) return Destination.At(named, redirection: null);
        var taken = _protocol ? null : Succession.Of(agency, type, _service?.Function);
        if (taken is null && !agency.IsOpen) return Destination.Nowhere(ProblemCode.RecipientClosed, Closed(agency));
        if (system is not null && named is null && agency.IsOpen)
            return Destination.Nowhere(ProblemCode.UnknownRecipient, $"{node.Code} has no system '{system}'.");
        return taken is null
            ? named is null ? Receiving(node, "") : Destination.At(named, redirection: null)
            : Follow(agency, taken.Value, named?.Address ?? (system is null && node.Receiving(type) is { One: { } one, Other: null } ? one.Address : null));
    }

    private Destination Follow(AgencyState first, (AgencyClosure Act, IReadOnlyList<Successor> Heirs) taken, SystemAddress? old)
    {
        var redirection = new Redirection(first.Agency.Code, old, taken.Act.Reorganisation!, taken.Act.On);
        if (_service?.Confidentiality == Confidentiality.EndToEnd)
            return Refused(first, taken.Act, $"{type} is sealed for its recipient and never redirected. Seal it for the successor.");
        var (agency, hops) = (first, 0);
        while (true)
        {
            if (taken.Act.Act!.Policy == ClosedPolicy.Refuse) return Refused(agency, taken.Act, "Messages to it are not redirected. Send to its successor.");
            if (taken.Heirs.Count > 1) return Refused(agency, taken.Act, $"Several take over {type}. Send to one of them.");
            if (++hops > Succession.MaxHops) return Refused(first, taken.Act, $"More than {Succession.MaxHops} successors stand in a row. Send to the last of them.");
            if (registry.AgencyAt(taken.Heirs[0].Agency, at) is not { } heir)
                return Refused(agency, taken.Act, $"{taken.Heirs[0].Agency} is not in the registry.");
            if (Succession.Of(heir, type, _service?.Function) is { } next)
            {
                (agency, taken) = (heir, next);
                continue;
            }

            return heir.IsOpen
                ? Receiving(registry.Node(heir.Agency.Code)!, $"{first.Agency.Code} gave {type} to {heir.Agency.Code} by {redirection.Reorganisation}, but ", redirection)
                : Refused(agency, taken.Act, Closed(heir));
        }
    }

    private Destination Receiving(AgencyNode node, string before, Redirection? redirection = null)
    {
        var (one, other) = node.Receiving(type);
        if (one is null) return Destination.Nowhere(ProblemCode.NoSystemForType, $"{before}{node.Code} has no system that receives {type}.");
        return other is null
            ? Destination.At(one, redirection)
            : Destination.Nowhere(ProblemCode.AmbiguousRecipient, $"{before}{one.Address} and {other.Address} both receive {type}. Name one of them.");
    }

    private string Unknown(AgencyCode code) => registry.FindAgency(code) is { } agency
        ? $"{code} is no code of {agency.Code} at {at:u}. Write {agency.Code}."
        : $"There is no agency with the code {code}.";

    private string Closed(AgencyState agency) => agency.Closure switch
    {
        { Act: not null } closure => Gave(agency, closure) + $" None of them takes over {type}.",
        { } ended => $"{agency.Agency.Code} was closed on {Day(ended.On)}.",
        null => $"{agency.Agency.Code} opens on {Day(agency.Agency.ValidFrom ?? at)}.",
    };

    private static Destination Refused(AgencyState agency, AgencyClosure closure, string what) =>
        Destination.Nowhere(ProblemCode.RecipientClosed, $"{Gave(agency, closure)} {what}");

    private static string Gave(AgencyState agency, AgencyClosure closure)
    {
        var heirs = closure.Act!.Successors.Select(s => $"{s.Agency} ({string.Join(", ", s.Scope)})");
        var did = Succession.Closes(closure.Act) ? "was closed" : "was split";
        return closure.Act.Successors.Count == 0
            ? $"{agency.Agency.Code} {did} on {Day(closure.On)} by {closure.Reorganisation}, without successors."
            : $"{agency.Agency.Code} {did} on {Day(closure.On)} by {closure.Reorganisation}; its successors: {string.Join("; ", heirs)}.";
    }

    // Legal dates are those of Vietnam.
    private static string Day(DateTimeOffset time) => $"{time.ToOffset(TimeSpan.FromHours(7)):yyyy-MM-dd}";
}
