using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;
using Hub.Core.Delivery;
using Hub.Core.Registry;
using Hub.Core.Storage;

namespace Hub.Tests.Delivery;

/// <summary>A district that closes on 2026-03-12 and the communes that take over, on a <see cref="DeliveryBench"/> whose clock starts
/// ten days before.</summary>
internal static class Reorganised
{
    internal static readonly SystemAddress District = SystemAddress.Parse("H06.50/qlvb");
    internal static readonly SystemAddress North = SystemAddress.Parse("H06.51/qlvb");
    internal static readonly SystemAddress South = SystemAddress.Parse("H06.52/qlvb");
    internal static readonly DateTimeOffset On = new(2026, 3, 12, 0, 0, 0, TimeSpan.FromHours(7));

    // Longer than any test's wait, so that ages end nothing.
    private static readonly DeliveryPolicy Patient = new() { MaxAge = TimeSpan.FromDays(300), MaxAttempts = 100, FirstDelay = TimeSpan.FromSeconds(2), Jitter = 0 };

    internal static RegistryContent Content(params Reorganisation[] reorganisations)
    {
        MessageType[] all = [MessageType.Parse("vn.document.v1"), MessageType.Parse("vn.note.v1")];
        var content = DeliveryBench.Content(Patient, [.. new[] { District, North, South }.Select(a => new AgencySystem { Address = a, Name = a.ToString(), Policy = Patient })]);
        return content with { Systems = [.. content.Systems.Select(s => s with { Receives = all })], Reorganisations = reorganisations };
    }

    internal static Reorganisation Merge(SystemAddress closed, SystemAddress into, DateTimeOffset? on = null, ClosedPolicy policy = ClosedPolicy.Redirect) =>
        Act(new ReorganisationAct { Act = ActKind.Merge, Agency = closed.Agency, Successors = [new Successor(into.Agency, ["*"])], Policy = policy }, on);

    internal static Reorganisation Split(SystemAddress closed, bool closes, params (SystemAddress To, string Scope)[] parts) => Act(new ReorganisationAct
    {
        Act = ActKind.Split, Agency = closed.Agency, Closes = closes, Successors = [.. parts.Select(p => new Successor(p.To.Agency, [p.Scope]))],
    });

    internal static Reorganisation Reopen(SystemAddress closed, DateTimeOffset on) => Act(new ReorganisationAct { Act = ActKind.Reopen, Agency = closed.Agency }, on);

    internal static Reorganisation Act(ReorganisationAct act, DateTimeOffset? on = null) =>
        new($"{act.Act}-{act.Agency}-{on ?? On:yyyyMMdd}".ToLowerInvariant(), on ?? On, "Nghị quyết 202/2025/QH15", [act]);

    internal static void AdvanceTo(this DeliveryBench bench, DateTimeOffset at) => bench.Clock.Advance(at - bench.Clock.GetUtcNow());

    /// <summary>One pass of the sweep.</summary>
    internal static Task SweepAsync(this DeliveryBench bench) => bench.NewReorganisationSweep().TickAsync(CancellationToken.None);

    internal static async Task<DeliveryRecord> DeliveryToAsync(this DeliveryBench bench, MessageKey key, SystemAddress recipient) =>
        (await bench.Store.ListDeliveriesAsync(key)).Single(d => d.Recipient == recipient);

    /// <summary>Where a message stands: recipient's system, state and why, in the order of their ids.</summary>
    internal static async Task<string[]> StandingAsync(this DeliveryBench bench, MessageKey key) =>
        [.. (await bench.Store.ListDeliveriesAsync(key)).Select(d => $"{d.Recipient} {d.State} {d.Why}")];

    /// <summary>What the sender finds in its mailbox about deliveries that failed.</summary>
    internal static async Task<IReadOnlyList<DeliveryFailure>> FailuresAsync(this DeliveryBench bench) =>
        [.. (await bench.TakeAllAsync(DeliveryBench.Sender)).Where(e => e.Type == MessageType.DeliveryFailed).Select(DeliveryFailure.Read)];

    internal static async Task<IReadOnlyList<MailboxClaim>> ClaimAsync(this DeliveryBench bench, SystemAddress system, int max = 10) =>
        await bench.Mailbox.ClaimAsync(system, max, TimeSpan.Zero);
}
