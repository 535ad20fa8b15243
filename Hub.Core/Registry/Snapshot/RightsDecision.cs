using Hub.Contracts.Addresses;
using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry;

/// <summary>Whether a right lets one system send to another, at one instant. The answer and its explanation come from the same
/// walk over the same rights, so they cannot differ. Pure.</summary>
internal sealed class RightsDecision
{
    private const int MaxLines = 50;
    private readonly RegistrySnapshot _registry;
    private readonly MessageType _type;
    private readonly MessageFacts _facts;
    private readonly DateTimeOffset _at;
    private readonly List<string>? _lines;
    private int _more;

    internal RightsDecision(RegistrySnapshot registry, MessageType type, MessageFacts facts, DateTimeOffset at, bool explain)
    {
        (_registry, _type, _facts, _at) = (registry, type, facts, at);
        _lines = explain ? [] : null;
    }

    /// <summary>What was considered, the verdict first; at most 50 lines, and only when explaining.</summary>
    internal IReadOnlyList<string> Lines => _lines is null ? [] : _more == 0 ? _lines : [.. _lines, $"… and {_more} more rights that do not cover it."];

    /// <summary>The right that allows it; null when it is denied.</summary>
    internal Right? Decide(SystemAddress from, SystemAddress to, Redirection? redirection)
    {
        if (RegistrySnapshot.IsProtocol(_type)) return Deny($"{_type} belongs to the hub's own protocol: rights never speak of it.");
        if (_registry.FindSystem(from) is null) return Deny($"{from} is no system of the registry.");
        if (_registry.FindSystem(to) is null) return Deny($"{to} is no system of the registry.");
        if (_registry.AgencyAt(from.Agency, _at) is not { IsOpen: true }) return Deny($"{from.Agency}, the sender's agency, is closed: it sends nothing new.");

        var covering = new PatternCovering(_registry, _type, _at);
        var senders = covering.Of(from);
        var recipients = redirection is null ? covering.Of(to) : covering.Of(redirection.Agency, redirection.System?.System, asIfOpen: true);
        if (redirection is not null)
            _lines?.Add($"The message was addressed to {redirection.System?.ToString() ?? redirection.Agency.Value}, whose successor gets it by {redirection.Reorganisation}: rights are judged on the address written.");
        _lines?.Add($"Rights may name the sender as {Texts(senders)}; the recipient as {Texts(recipients)}.");
        foreach (var one in senders)
        {
            var rights = _registry.Rights.From(one);
            foreach (var other in recipients)
            {
                foreach (var right in rights.For(other.Id))
                    if (Covers(right)) return right;
            }
        }

        return Deny("No right covers it, and what no right covers is denied.");
    }

    private bool Covers(Right right)
    {
        var allServices = right.Services.Contains("*");
        if (!allServices && !right.Services.Contains(_type.Value)) return No(right, "it names other services");
        if (right.ValidFrom is { } from && from > _at) return No(right, $"it begins at {ScalarForms.Write(from)}");
        if (right.ValidUntil is { } until && until <= _at) return No(right, $"it ended at {ScalarForms.Write(until)}");
        if (_facts.Priority > right.MaxPriority) return No(right, $"it allows priorities up to {right.MaxPriority}, not {_facts.Priority}");
        if (right.Conditions is { } conditions)
        {
            if (_facts.Size > conditions.MaxBytes) return No(right, $"it allows {conditions.MaxBytes} bytes, not {_facts.Size}");
            if (conditions.Sealed && !_facts.Sealed) return No(right, "it demands a sealed payload");
            if (!conditions.Attachments && _facts.Attachments) return No(right, "it allows no attachments");
        }

        _lines?.Insert(0, $"Allowed by {Name(right)}.");
        return true;
    }

    private bool No(Right right, string why)
    {
        // Room for the verdict and for the count of what is left out.
        if (_lines?.Count < MaxLines - 2) _lines.Add($"{Name(right)} does not cover it: {why}.");
        else _more++;
        return false;
    }

    private Right? Deny(string why)
    {
        _lines?.Insert(0, "Denied. " + why);
        return null;
    }

    private static string Name(Right right) => $"{RightIds.Of(right)} ({right.From} → {right.To})";

    private static string Texts(PatternEntry[] patterns) =>
        patterns.Length == 0 ? "nothing that any right says" : string.Join(", ", patterns.Take(20).Select(p => p.Text));
}
