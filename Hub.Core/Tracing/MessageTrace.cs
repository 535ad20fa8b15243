using System.Diagnostics;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Core.Tracing;

/// <summary>One trace for each message, from the request that brings it through its commit to each attempt and its outcome, as spans of
/// the source <see cref="SourceName"/>. While nobody listens nothing is made. Thread-safe.</summary>
/// <remarks>Between commit and attempt a message's place in its trace is kept in memory only: on another node, and after a restart, its
/// attempts begin traces of their own, which name the same message. No span carries more than keys, types, addresses of systems,
/// and codes.</remarks>
public static class MessageTrace
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Hub.Core";

    /// <summary>Length of a W3C <c>traceparent</c> of version 00; no other is taken.</summary>
    private const int ParentLength = 55;

    private static readonly ActivitySource Source = new(SourceName);

    // What is recorded is few and may wait long for its recipient; the rest is many and must not push it out.
    private static readonly TraceMemory Recorded = new(20_000);
    private static readonly TraceMemory Others = new(20_000);
    private static readonly ForcedTraces Forced = new(TimeProvider.System);

    /// <summary>Whether anybody listens.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>Begins the span of a request. The caller's word decides about the trace, not about whether it is recorded.</summary>
    /// <param name="traceparent">The caller's <c>traceparent</c> (W3C Trace Context); what is not a valid one is left aside.</param>
    public static Activity? BeginRequest(string? traceparent)
    {
        var parent = traceparent is { Length: ParentLength } && ActivityContext.TryParse(traceparent, null, isRemote: true, out var read)
            ? new ActivityContext(read.TraceId, read.SpanId, ActivityTraceFlags.None, null, isRemote: true)
            : default;
        return Source.StartActivity("hub.request", ActivityKind.Server, parent);
    }

    /// <summary>The request was refused: its span is recorded whether it was to be or not, unless too many are.</summary>
    /// <param name="span">The request's span; null when there is none.</param>
    /// <param name="code">Why.</param>
    public static void Refused(Activity? span, ProblemCode code)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (span is not null && span.Source == Source) Failed(span, code);
    }

    internal static Activity? BeginCommit(Envelope envelope)
    {
        if (!IsOn) return null;
        if (Activity.Current is { } request && request.Source == Source)
        {
            if (request.IsAllDataRequested)
                request.SetTag("hub.message", envelope.Key.Value).SetTag("hub.type", envelope.Type.Value).SetTag("hub.from", envelope.From.ToString());
            (request.Recorded ? Recorded : Others).Keep(envelope.Key, Followed(request));
        }

        return Source.StartActivity("hub.commit");
    }

    internal static Activity? BeginAttempt(DeliveryRecord delivery, AgencySystem recipient)
    {
        if (!IsOn) return null;
        var parent = Recorded.Find(delivery.Message) ?? Others.Find(delivery.Message) ?? default;
        var span = Source.StartActivity("hub.attempt", ActivityKind.Producer, parent);
        if (span is { IsAllDataRequested: true }) Describe(span, delivery, recipient);
        return span;
    }

    internal static void EndAttempt(Activity? span, DeliveryRecord delivery, AgencySystem recipient, AttemptOutcome outcome)
    {
        if (span is null) return;
        var problem = outcome switch
        {
            AttemptOutcome.Failed failed => failed.Problem,
            AttemptOutcome.Rejected rejected => rejected.Problem,
            _ => null,
        };
        if (problem is not null && Failed(span, problem)) Describe(span, delivery, recipient);
    }

    /// <summary>Begins the span of the commit that records an attempt's outcome.</summary>
    internal static Activity? BeginOutcome(ActivityContext attempt) => attempt == default ? null : Source.StartActivity("hub.outcome", ActivityKind.Internal, attempt);

    /// <summary>The place of what follows after a span, or nothing.</summary>
    internal static ActivityContext Followed(Activity? span) =>
        span is null ? default : new ActivityContext(span.TraceId, span.SpanId, span.ActivityTraceFlags, null, isRemote: true);

    private static bool Failed(Activity span, ProblemCode code)
    {
        if (!span.Recorded)
        {
            if (!Forced.TryTake()) return false;
            span.IsAllDataRequested = true;
            span.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
        }

        span.SetStatus(ActivityStatusCode.Error).SetTag("hub.problem", code.Code);
        return true;
    }

    private static void Describe(Activity span, DeliveryRecord delivery, AgencySystem recipient) => span
        .SetTag("hub.message", delivery.Message.Value).SetTag("hub.delivery", delivery.Id).SetTag("hub.attempt", delivery.Attempts)
        .SetTag("hub.recipient", recipient.Address.ToString()).SetTag("hub.channel", recipient.Channel.Kind);
}
