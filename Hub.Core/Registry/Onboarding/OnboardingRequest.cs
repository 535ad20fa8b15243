using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry.Onboarding;

/// <summary>A service that an applicant wants to use.</summary>
/// <param name="Type">The service.</param>
/// <param name="To">Whom it wants to send to; null when it wants to receive.</param>
/// <param name="From">From whom it wants to receive; null when it wants to send.</param>
public sealed record WantedService(MessageType Type, string? To, string? From);

/// <summary>What an agency asks for: a system on the bus with its keys, and the services that it wants to use; see
/// <c>schemas/onboarding.schema.json</c>.</summary>
/// <param name="Hub">The hub that is asked.</param>
/// <param name="System">The new system's address; its agency stands in the registry. Or the asking system's own.</param>
/// <param name="Name">The new system's name; null when it is registered already.</param>
/// <param name="Members">Channel and types received, as a registry document has them; always without keys.</param>
/// <param name="Keys">Its keys with their proofs, as a registry document has them, by id.</param>
/// <param name="Services">What it wants to use, at most 100.</param>
/// <param name="Contact">Whom to ask: name, and e-mail address or telephone number.</param>
/// <param name="Reason">Why, at most 500 characters.</param>
public sealed record OnboardingRequest(
    SystemAddress Hub, SystemAddress System, string? Name, JsonObject Members, IReadOnlyDictionary<string, JsonObject> Keys, IReadOnlyList<WantedService> Services, string Contact, string? Reason)
{
    /// <summary>Greatest request in bytes (64 KiB).</summary>
    public const int MaxBytes = 64 * 1024;

    private const int MaxKeys = 10;
    private const int MaxServices = 100;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 12, AllowDuplicateProperties = false };

    /// <summary>Reads a request strictly.</summary>
    /// <exception cref="ProblemException"><c>too-large</c>, <c>invalid-request</c>, or <c>registry-invalid</c> with every mistake.</exception>
    public static OnboardingRequest Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes) throw ProblemCode.TooLarge.With($"The request has {utf8.Length} bytes; the limit is {MaxBytes}.");
        var json = Parse(utf8);
        var mistakes = new Mistakes();
        var keys = Keyed(json["keys"], mistakes);
        var members = new JsonObject();
        foreach (var name in new[] { "channel", "receives" })
            if (json[name] is { } member) members[name] = member.DeepClone();
        var read = Read(json, keys, members, mistakes);
        mistakes.ThrowIfAny();
        return read!;
    }

    private static OnboardingRequest? Read(JsonObject json, Dictionary<string, JsonObject> keys, JsonObject members, Mistakes mistakes)
    {
        if (JsonTree.Read(json, "request", mistakes) is not { } tree) return null;
        var o = new ObjectReader(tree, "request", mistakes);
        var hub = o.RequiredValue<SystemAddress>("hub", SystemAddress.TryParse, SystemForm.AddressRule);
        var system = o.RequiredValue<SystemAddress>("system", SystemAddress.TryParse, SystemForm.AddressRule);
        var name = o.Text("name");
        // Their own readers judge these when the request becomes a change.
        _ = (o.Has("channel"), o.Has("receives"), o.Has("keys"));
        var services = o.Objects("services").Select(Service).ToList();
        var contact = o.Required("contact");
        var reason = o.Text("reason");
        o.Close();
        if (services.Count > MaxServices) mistakes.Add(0, "request.services", $"are {services.Count}; the limit is {MaxServices}.");
        if (members["channel"] is JsonObject channel && (channel.ContainsKey("allowPrivate") || (channel["kind"] as JsonValue)?.ToString() == "app"))
            mistakes.Add(0, "request.channel", "asks for what only the hub's operator gives: an app on the bus, or an address within the hub's own network.");
        return new OnboardingRequest(hub ?? default, system ?? default, name, members, keys, [.. services.OfType<WantedService>()], contact, reason);

        WantedService? Service(ObjectReader s)
        {
            var type = s.RequiredValue<MessageType>("type", MessageType.TryParse, "a message type such as vn.document.v1.");
            var (to, from) = (s.Text("to", 80), s.Text("from", 80));
            s.Close();
            if (to is null == from is null) s.Refuse("type", "needs exactly one of 'to' (whom it sends to) and 'from' (whom it receives from).");
            if ((to ?? from) == "*") s.Refuse(to is null ? "from" : "to", "is \"*\"; name agencies or systems.");
            return type is null ? null : new WantedService(type.Value, to, from);
        }
    }

    private static Dictionary<string, JsonObject> Keyed(JsonNode? node, Mistakes mistakes)
    {
        var keys = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var item in node as JsonArray ?? [])
        {
            if (item is not JsonObject key || key["id"] is not JsonValue id || !id.TryGetValue(out string? name) || !keys.TryAdd(name, key.DeepClone().AsObject()))
                mistakes.Add(0, "request.keys", "must be objects, each with an 'id' of its own.");
        }

        if (keys.Count > MaxKeys) mistakes.Add(0, "request.keys", $"are {keys.Count}; the limit is {MaxKeys}.");
        return keys;
    }

    private static JsonObject Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return JsonNode.Parse(utf8, documentOptions: Strict) as JsonObject ?? throw ProblemCode.InvalidRequest.With("The request must be one JSON object.");
        }
        catch (Exception broken) when (broken is JsonException or DecoderFallbackException or ArgumentException or InvalidOperationException)
        {
            throw ProblemCode.InvalidRequest.With($"The request is not strict JSON: {broken.Message}", broken);
        }
    }
}
