using Hub.Contracts.Addresses;

namespace Hub.Core.Registry;

/// <summary>Everything that a snapshot knows of one agency. It may lack a record while only acts or systems speak of it.</summary>
internal sealed record AgencyNode(AgencyCode Code)
{
    internal Agency? Record { get; init; }

    /// <summary>Made of <see cref="Record"/> and <see cref="Acts"/>; null without a record.</summary>
    internal AgencyTimeline? Timeline { get; init; }

    /// <summary>Its systems, by address.</summary>
    internal IReadOnlyList<AgencySystem> Systems { get; init; } = [];

    /// <summary>The acts on it, in the order in which they take effect.</summary>
    internal IReadOnlyList<DatedAct> Acts { get; init; } = [];

    /// <summary>The agencies that some act makes it a successor of, at whatever date, each once.</summary>
    internal IReadOnlyList<AgencyCode> Predecessors { get; init; } = [];

    internal bool IsEmpty => Record is null && Systems.Count == 0 && Acts.Count == 0 && Predecessors.Count == 0;

    /// <summary>Its system that receives a type when the agency is addressed; the second one when the choice is ambiguous.</summary>
    internal (AgencySystem? One, AgencySystem? Other) Receiving(MessageType type)
    {
        var protocol = RegistrySnapshot.IsProtocol(type);
        AgencySystem? one = null;
        foreach (var system in Systems)
        {
            if (!protocol && !system.Receives.Contains(type)) continue;
            if (one is not null) return (one, system);
            one = system;
        }

        return (one, null);
    }

    internal AgencySystem? System(string name)
    {
        foreach (var system in Systems)
            if (system.Address.System == name) return system;
        return null;
    }
}
