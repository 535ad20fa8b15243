namespace Hub.Core.Registry.Changes;

/// <summary>Whether a system, or who gets its traffic, is trusted more than before. Pure.</summary>
internal static class SystemTrust
{
    /// <summary>What is added; null when nothing is.</summary>
    internal static string? Added(AgencySystem? before, AgencySystem after)
    {
        if (before is null) return $"the system {after.Address} is added";
        if (before.Channel != after.Channel) return $"what goes to {after.Address} takes another channel";
        var more = after.Receives.Except(before.Receives).Select(t => t.Value).Take(5).ToList();
        return more.Count > 0 ? $"{after.Address} receives {string.Join(", ", more)} for its agency" : null;
    }
}

/// <summary>Whether a service demands less than before. Pure.</summary>
internal static class ServiceTrust
{
    /// <summary>What is added; null when nothing is. A new service counts: removing one and adding it again with weaker demands
    /// must not be a way round.</summary>
    internal static string? Added(Service? before, Service after)
    {
        if (before is null) return $"the service {after.Type} is added";
        if (before.MinimumAssurance == Assurances.SenderSigned && after.MinimumAssurance != Assurances.SenderSigned) return $"{after.Type} demands less assurance";
        if (before.Confidentiality == Confidentiality.EndToEnd && after.Confidentiality != Confidentiality.EndToEnd) return $"{after.Type} no longer demands sealed content";
        if (before.Provider != after.Provider) return $"another agency answers for {after.Type}";
        if (before.Function != after.Function) return $"{after.Type} belongs to another function, which decides who takes it over";
        if (after.Reply is { } reply && before.Reply != reply) return $"whoever receives {after.Type} may answer with {reply}, without a right";
        if (after.Searchable.Except(before.Searchable).Any()) return $"more of the content of {after.Type} is searchable";
        if (before.Schema is not null && before.Schema != after.Schema) return $"the schema of {after.Type} changes";
        if (before.MaxBytes is { } most && !(after.MaxBytes <= most)) return $"{after.Type} allows larger messages";
        if (before.RetentionDays != after.RetentionDays) return $"the content of {after.Type} is kept for another time";
        return before.Sunset is { } sunset && !(after.Sunset <= sunset) ? $"{after.Type} is offered for longer" : null;
    }
}

/// <summary>Whether a group reaches more than before. Pure.</summary>
internal static class GroupTrust
{
    /// <summary>What is added; null when nothing is. A new group is named by nothing yet.</summary>
    internal static string? Added(Group? before, Group after)
    {
        if (before is null) return null;
        if (before.Rule != after.Rule) return $"group:{after.Name} has other members, by rule";
        var more = after.Members.Except(before.Members).Select(m => m.Value).Take(5).ToList();
        return more.Count > 0 ? $"{string.Join(", ", more)} joins group:{after.Name}" : null;
    }
}
