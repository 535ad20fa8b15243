using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Core.Registry.Changes;

namespace Hub.Core.Registry.Onboarding;

/// <summary>What a request would change, and who has to agree. Pure.</summary>
internal static class OnboardingPolicy
{
    /// <summary>Name in the trail of somebody who is no system yet.</summary>
    internal static RegistryActor Applicant(SystemAddress system) => new(ApprovalPolicy.ApplicantPrefix + system);

    /// <summary>The changes: the system with its keys when it is new, and a right for each service wanted.</summary>
    internal static RegistryPatch ToPatch(OnboardingRequest request)
    {
        var changes = new List<ObjectChange>();
        if (request.Name is { } name)
        {
            var system = request.Members.DeepClone().AsObject();
            system["name"] = name;
            changes.Add(new ObjectChange(RegistrySections.Systems, request.System.ToString(), system, IfMatch: ""));
            changes.AddRange(request.Keys.Select(k => new ObjectChange(RegistrySections.Keys, $"{request.System} {k.Key}", k.Value.DeepClone().AsObject(), IfMatch: "")));
        }

        changes.AddRange(request.Services.Select(s => new ObjectChange(RegistrySections.Rights, "", new JsonObject
        {
            ["from"] = s.From ?? request.System.ToString(), ["services"] = new JsonArray(s.Type.Value), ["to"] = s.To ?? request.System.ToString(),
        })));
        return new RegistryPatch(changes, request.Reason);
    }

    /// <summary>An operator, and the provider of each service wanted. Of a stranger, for whom no system of his agency vouches, two people
    /// must agree as soon as four eyes are in force: an operator could be the stranger.</summary>
    /// <param name="request">The request.</param>
    /// <param name="vouched">Whether a registered system of the same agency asks.</param>
    /// <param name="registry">The registry in force.</param>
    /// <param name="at">The instant.</param>
    internal static IReadOnlyList<ApprovalNeed> Needs(OnboardingRequest request, bool vouched, RegistrySnapshot registry, DateTimeOffset at)
    {
        var needs = new List<ApprovalNeed> { new(ApprovalPolicy.Operator, null, $"{request.System} wants to be on the bus") };
        foreach (var provider in request.Services.Select(s => (s.Type, registry.FindService(s.Type)?.Provider)).Where(s => s.Provider is not null).GroupBy(s => s.Provider))
            needs.Add(new ApprovalNeed(ApprovalPolicy.Provider, provider.Key, $"{request.System} wants to use {string.Join(", ", provider.Select(s => s.Type.Value).Distinct().Take(5))}"));
        if (!vouched && needs.Count == 1 && FourEyes.InForce(registry.People, at))
            needs.Add(new ApprovalNeed(ApprovalPolicy.Operator, null, $"nobody of {request.System.Agency} is on the bus to vouch for it"));
        return needs;
    }
}
