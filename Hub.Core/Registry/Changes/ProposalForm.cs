using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;

namespace Hub.Core.Registry.Changes;

/// <summary>A proposal as canonical JSON.</summary>
internal static class ProposalForm
{
    internal static string Write(Proposal proposal) => Encoding.UTF8.GetString(CanonicalJson.Serialize(Json(proposal)));

    /// <summary>The changes of a patch as JSON; its digest stands in the log from the first entry about the proposal on.</summary>
    internal static JsonArray Json(RegistryPatch patch) => [.. patch.Changes.Select(c => new JsonObject
    {
        ["section"] = c.Section, ["id"] = c.Id, ["value"] = c.Value?.DeepClone(), ["ifMatch"] = c.IfMatch,
    })];

    internal static JsonArray Json(IEnumerable<ApprovalNeed> needs) =>
        [.. needs.Select(n => Slim(new JsonObject { ["by"] = n.By, ["agency"] = n.Agency?.Value, ["why"] = n.Why }))];

    /// <exception cref="InvalidDataException">Damaged.</exception>
    internal static Proposal Read(string json)
    {
        try
        {
            var o = JsonNode.Parse(json)!.AsObject();
            return new Proposal
            {
                Id = Text(o, "id"),
                Kind = Text(o, "kind"),
                State = Text(o, "state"),
                Created = Time(o, "created"),
                Actor = Actor(o["actor"]!),
                Version = (long)o["version"]!,
                Patch = new RegistryPatch([.. o["changes"]!.AsArray().Select(c => Change(c!))], (string?)o["reason"]),
                Needs = [.. o["needs"]!.AsArray().Select(n => new ApprovalNeed(Text(n!, "by"), Code(n!, "agency"), Text(n!, "why")))],
                Approvals = [.. o["approvals"]!.AsArray().Select(a => new Approval(
                    Text(a!, "by"), Text(a!, "person"), Time(a!, "time"), (string?)a!["reason"], [.. a["fulfils"]!.AsArray().Select(i => (int)i!)]))],
                End = o["end"] is { } end ? new ProposalEnd(Text(end, "by"), Time(end, "time"), (string?)end["reason"], (long?)end["version"]) : null,
                Request = o["request"]?.DeepClone().AsObject(),
            };
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException)
        {
            throw new InvalidDataException("A stored proposal cannot be read. Restore the data folder from a backup.", damaged);
        }
    }

    private static JsonObject Json(Proposal p) => Slim(new JsonObject
    {
        ["id"] = p.Id,
        ["kind"] = p.Kind,
        ["state"] = p.State,
        ["created"] = Rfc3339.Format(p.Created),
        ["actor"] = Slim(new JsonObject
        {
            ["name"] = p.Actor.Name, ["person"] = p.Actor.Person, ["system"] = p.Actor.System?.ToString(), ["under"] = p.Actor.Under?.Value,
        }),
        ["reason"] = p.Patch.Reason,
        ["version"] = p.Version,
        ["changes"] = Json(p.Patch),
        ["needs"] = Json(p.Needs),
        ["approvals"] = new JsonArray([.. p.Approvals.Select(a => Slim(new JsonObject
        {
            ["by"] = a.By, ["person"] = a.Person, ["time"] = Rfc3339.Format(a.Time), ["reason"] = a.Reason, ["fulfils"] = new JsonArray([.. a.Fulfils.Select(i => (JsonNode)i)]),
        }))]),
        ["end"] = p.End is { } end
            ? Slim(new JsonObject { ["by"] = end.By, ["time"] = Rfc3339.Format(end.Time), ["reason"] = end.Reason, ["version"] = end.Version })
            : null,
        ["request"] = p.Request?.DeepClone(),
    });

    private static ObjectChange Change(JsonNode c) => new(Text(c, "section"), Text(c, "id"), c["value"]?.DeepClone().AsObject(), (string?)c["ifMatch"]);

    private static RegistryActor Actor(JsonNode a) => new(
        Text(a, "name"), (string?)a["person"], (string?)a["system"] is { } system ? SystemAddress.Parse(system) : null, Code(a, "under"));

    private static AgencyCode? Code(JsonNode o, string name) => (string?)o[name] is { } text ? AgencyCode.Parse(text) : null;

    private static string Text(JsonNode o, string name) => (string?)o[name] ?? throw new FormatException($"'{name}' is missing.");

    private static DateTimeOffset Time(JsonNode o, string name) => Rfc3339.TryParse(Text(o, name), out var time) ? time : throw new FormatException($"'{name}' is no time.");

    private static JsonObject Slim(JsonObject o)
    {
        foreach (var (name, _) in o.Where(m => m.Value is null).ToList()) o.Remove(name);
        return o;
    }
}
