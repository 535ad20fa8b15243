using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Envelopes.Json;
using Hub.Contracts.Envelopes.Xml;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;
using Hub.Core.Storage;

namespace Hub.Core.Registry;

/// <summary>The decision about one recipient of a message that was accepted.</summary>
/// <param name="To">The system.</param>
/// <param name="Why">Why this recipient, as its acceptance entry says.</param>
/// <param name="Redirection">The closed agency that was addressed, if one was.</param>
/// <param name="Decision">What decided.</param>
public sealed record PastDecision(SystemAddress To, string Why, Redirection? Redirection, RightDecision Decision);

/// <summary>Explains what was decided about accepted messages again: by the version of the registry, at the instant and with the facts
/// that decided then, whatever has changed since. Thread-safe.</summary>
/// <param name="history">The registry as it was.</param>
/// <param name="store">Messages and their entries.</param>
public sealed class PastDecisions(RegistryHistory history, IHubStore store)
{
    /// <summary>Explains a message's decision, recipient by recipient in the order of its acceptance entry.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isShown">The recipients asked about.</param>
    /// <param name="limit">Recipients at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version of the registry that decided, and the decisions.</returns>
    /// <exception cref="ProblemException"><c>content-erased</c>; <c>not-found</c>: that version is not kept.</exception>
    public async ValueTask<(long Version, IReadOnlyList<PastDecision> Decisions)> ExplainAsync(
        MessageRecord message, Func<SystemAddress, bool> isShown, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        var entry = await store.ListEntriesAsync(message.Entry, 1, cancellationToken);
        var octets = await store.ReadOctetsAsync(message.Key, cancellationToken);
        if (entry is not [{ Body: { } body }] || octets is null || JsonNode.Parse(body.Span) is not JsonObject accepted)
            throw ProblemCode.ContentErased.With($"The acceptance entry of {message.Key} was erased with its content; only its hash is left.");
        var version = (long?)accepted["registry"];
        var registry = await history.AtAsync(version, version is null ? message.Accepted : null, cancellationToken);
        // It was verified when it was accepted; whether its key is good today does not matter here.
        var envelope = message.Encoding == EnvelopeEncoding.Xml
            ? XmlEnvelope.ReadUnverified(octets.Value, EnvelopeLimits.Default)
            : JsonEnvelope.ReadUnverified(octets.Value, EnvelopeLimits.Default);
        var facts = new MessageFacts(envelope.Priority, message.Size, IsSealed(envelope), envelope.Attachments.Count > 0);
        var decisions = from item in (accepted["recipients"] as JsonArray ?? []).OfType<JsonObject>()
                        let to = SystemAddress.Parse(Text(item, "system"))
                        where isShown(to)
                        let redirection = RedirectionOf(item, registry)
                        select new PastDecision(to, Text(item, "why"), redirection, Decide(registry, message, to, facts, redirection, (string?)accepted["allowedAsReplyTo"]));
        return (registry.Version, [.. decisions.Take(limit)]);
    }

    private static RightDecision Decide(RegistrySnapshot registry, MessageRecord message, SystemAddress to, MessageFacts facts, Redirection? redirection, string? replyTo)
    {
        if (RegistrySnapshot.IsProtocol(message.Type))
            return new RightDecision(true, null, [$"Allowed. {message.Type} belongs to the hub's own protocol: rights never speak of it."]);
        var decision = registry.Explain(message.From, message.Type, to, facts, message.Accepted, redirection);
        return replyTo is null
            ? decision
            : new RightDecision(true, null, [$"Allowed as the reply to the request {replyTo}: who received a request may answer it. No right covers it.", .. decision.Lines.Skip(1)]);
    }

    private static bool IsSealed(Envelope envelope) =>
        envelope.Payload is { Encryption: not PayloadEncryption.None } payload && SealedPayload.Fault(payload) is null;

    private static Redirection? RedirectionOf(JsonObject recipient, RegistrySnapshot registry)
    {
        if (Text(recipient, "redirectedFrom") is not { Length: > 0 } from) return null;
        var plan = registry.Reorganisations.FirstOrDefault(r => r.Id == Text(recipient, "reorganisation"));
        var system = SystemAddress.TryParse(from, out var address) ? address : (SystemAddress?)null;
        var agency = system?.Agency ?? (AgencyCode.TryParse(from, out var code) ? code : (AgencyCode?)null);
        return agency is null || plan is null ? null : new Redirection(agency.Value, system, plan.Id, plan.On);
    }

    private static string Text(JsonObject container, string name) => (string?)container[name] ?? "";
}
