using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Rules;

/// <summary>Rules of groups.</summary>
internal static class GroupRules
{
    internal static void Check(RuleRun run, Group group)
    {
        run.CheckName(group, "nameVi", group.NameVi);
        if (!RecipientAddress.TryParse("group:" + group.Name, out _)) run.Wrong(group, "name", $"'{group.Name}' is no group name: lower-case letters, digits and ._- only.{LookAlikes.Remark(group.Name)}");
        if (group.Rule is not null && group.Members.Count > 0) run.Wrong(group, "rule", "stands beside members; a group is made by one of the two.");
        if (group.Rule is null && group.Members.Count is 0 or > RecipientResolver.MaxMembers) run.Wrong(group, "members", $"must be 1 to {RecipientResolver.MaxMembers}, or give a rule.");
        if (group.Rule is { Level: null, Under: null, Receives: null }) run.Wrong(group, "rule", "says nothing; give level, under or receives.");
        if (group.Members.Distinct().Count() != group.Members.Count) run.Wrong(group, "members", "names somebody twice.");
        foreach (var member in group.Members.Where(m => m.Kind == RecipientKind.Group))
            run.Wrong(group, "members", $"{member} is no agency or system; groups hold no groups.");
        if (run.FindBefore<Group>(RegistrySections.Groups, group.Name) is { } old
            && group.Version <= old.Version
            && (group.Version < old.Version || group.Rule != old.Rule || !group.Members.SequenceEqual(old.Members)))
            run.Wrong(group, "version", $"is {group.Version}, but version {old.Version} had other members. Delivery statements name the version: let it grow with every change.");
    }
}
