using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Rules;

/// <summary>What rules need to know besides the registry.</summary>
/// <param name="Hub">The hub's own address.</param>
/// <param name="Development">Whether keys made by <c>hub dev-pki</c> are accepted.</param>
/// <param name="Now">The instant of the change: what lies before it is history; null: nothing is history.</param>
/// <param name="Ledger">Every code that ever stood; null when only what is in force counts.</param>
internal sealed record RulesContext(SystemAddress Hub, bool Development, DateTimeOffset? Now = null, CodeLedger? Ledger = null);
