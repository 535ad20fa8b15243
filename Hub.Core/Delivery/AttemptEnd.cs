using Hub.Core.Registry;

namespace Hub.Core.Delivery;

/// <summary>How an attempt ended, as its lane hears of it.</summary>
/// <param name="Delivery">Whose it was.</param>
/// <param name="Started">When it began.</param>
/// <param name="Policy">The policy under which it was made.</param>
/// <param name="Outcome">What came of it; null when nothing was sent, which tells nothing of the system.</param>
internal readonly record struct AttemptEnd(long Delivery, DateTimeOffset Started, DeliveryPolicy Policy, AttemptOutcome? Outcome);

/// <summary>An attempt that is made to see whether a system answers again.</summary>
/// <param name="Breaker">The system's breaker when it began.</param>
internal sealed record Probe(Breaker Breaker);
