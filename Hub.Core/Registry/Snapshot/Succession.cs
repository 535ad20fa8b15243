using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>Who takes over a type of message from an agency. Pure.</summary>
internal static class Succession
{
    /// <summary>Most successors in a row that are followed (8); a longer row, or a cycle, is refused.</summary>
    internal const int MaxHops = 8;

    private const string Everything = "*";

    /// <summary>Whether an act closes its agency.</summary>
    internal static bool Closes(ReorganisationAct act) =>
        act.Act is ActKind.Merge or ActKind.Dissolve || (act.Act == ActKind.Split && act.Closes);

    /// <summary>The act that gave a type away, and the successors in whose scope it falls: those that name the type, else those that
    /// name the function of its service, else those that take everything. Of several acts the latest counts. Null when the type
    /// falls in nobody's scope. What an agency that stays open does not name stays with it, whatever <c>*</c> may say.</summary>
    internal static (AgencyClosure Act, IReadOnlyList<Successor> Heirs)? Of(AgencyState agency, MessageType type, string? function)
    {
        if (agency.Handovers.Count == 0) return null;
        return Naming(agency, type.Value) ?? (function is null ? null : Naming(agency, function)) ?? Naming(agency, Everything);
    }

    private static (AgencyClosure, IReadOnlyList<Successor>)? Naming(AgencyState agency, string scope)
    {
        foreach (var handover in agency.Handovers)
        {
            var act = handover.Act!;
            if (scope == Everything && !Closes(act)) continue;
            var heirs = act.Successors.Where(s => s.Scope.Contains(scope)).ToList();
            if (heirs.Count > 0) return (handover, heirs);
        }

        return null;
    }
}
