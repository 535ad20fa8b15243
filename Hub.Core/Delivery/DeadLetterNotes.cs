using System.Globalization;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Delivery;

/// <summary>Notes and owners of dead deliveries, alone or in groups. They stand in the hub's own app state, so that every node has them;
/// each is an entry of the log too. Thread-safe.</summary>
/// <remarks>What is written about one delivery goes with its message's content when that is erased. A note about a group belongs to no
/// message and stays: it must not say what a message says.</remarks>
/// <param name="committer">The one writer.</param>
/// <param name="store">Knows what was written.</param>
/// <param name="keys">The hub's address.</param>
/// <param name="clock">The hub's clock.</param>
public sealed class DeadLetterNotes(ICommitter committer, IHubStore store, IHubKeys keys, TimeProvider clock)
{
    /// <summary>Most notes about one delivery or group (200).</summary>
    public const int MostNotes = 200;

    /// <summary>What was written; nothing, when nothing was.</summary>
    public async ValueTask<DeadLetterRecord> FindAsync(DeadLetterSubject subject, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return DeadLetterRecord.Read(await store.ReadAppStateAsync(keys.Address, KeyOf(subject), cancellationToken));
    }

    /// <summary>Adds a note.</summary>
    /// <param name="subject">What it is about: a dead delivery, or a group that has some.</param>
    /// <param name="text">1 to 500 characters, checked by the caller.</param>
    /// <param name="actor">Who writes it.</param>
    /// <param name="cancellationToken">Gives up before the commit is queued.</param>
    /// <exception cref="ProblemException"><c>not-found</c>, <c>delivery-not-dead</c>, <c>content-erased</c>, or <c>invalid-request</c>: there
    /// are <see cref="MostNotes"/> already.</exception>
    public ValueTask<DeadLetterRecord> AddAsync(DeadLetterSubject subject, string text, string actor, CancellationToken cancellationToken = default) => ChangeAsync(
        subject,
        actor,
        EntryKinds.DeadLettersNoted,
        new JsonObject { ["text"] = text },
        record => record.Notes.Count < MostNotes
            ? record with { Notes = [.. record.Notes, new DeadLetterNote(actor, clock.GetUtcNow(), text)] }
            : throw ProblemCode.InvalidRequest.With($"There are {MostNotes} notes about {subject} already."),
        cancellationToken);

    /// <summary>Says who takes care of them, or with null that nobody does.</summary>
    /// <exception cref="ProblemException">As <see cref="AddAsync"/>.</exception>
    public ValueTask<DeadLetterRecord> SetOwnerAsync(DeadLetterSubject subject, string? owner, string actor, CancellationToken cancellationToken = default) =>
        ChangeAsync(subject, actor, EntryKinds.DeadLettersOwned, new JsonObject { ["owner"] = owner }, record => record with { Owner = owner }, cancellationToken);

    /// <summary>Takes away what was written about a delivery whose content is erased.</summary>
    /// <remarks>Whatever its state is: what was dead once may have been replayed, cancelled or, late, acknowledged since.</remarks>
    internal static ValueTask ForgetAsync(CommitScope scope, SystemAddress hub, DeliveryRecord delivery) =>
        scope.Transaction.WriteAppStateAsync(hub, KeyOf(new DeadLetterSubject(delivery.Id, null)), null);

    private static string KeyOf(DeadLetterSubject subject) => subject.Group is { } group
        ? $"dead-letters/group/{group}"
        : $"dead-letters/delivery/{subject.Delivery!.Value.ToString(CultureInfo.InvariantCulture)}";

    private async ValueTask<DeadLetterRecord> ChangeAsync(
        DeadLetterSubject subject, string actor, string kind, JsonObject body, Func<DeadLetterRecord, DeadLetterRecord> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentException.ThrowIfNullOrEmpty(actor);
        if (subject.Group is not null) await RequireGroupAsync(subject.Group, cancellationToken);
        body["of"] = subject.ToString();
        return await committer.RunAsync(
            async scope =>
            {
                var message = subject.Delivery is { } id ? await RequireDeadAsync(scope, id) : null;
                var key = KeyOf(subject);
                var changed = change(DeadLetterRecord.Read(await scope.Transaction.ReadAppStateAsync(keys.Address, key)));
                await scope.Transaction.WriteAppStateAsync(keys.Address, key, changed.ToBytes());
                scope.Append(new TrailEntry(kind, message?.Key, actor, (JsonObject)body.DeepClone()));
                return changed;
            },
            cancellationToken);
    }

    private static async ValueTask<MessageRecord> RequireDeadAsync(CommitScope scope, long id)
    {
        var delivery = await scope.Transaction.FindDeliveryAsync(id) ?? throw ProblemCode.NotFound.With($"There is no delivery {id}.");
        if (delivery.State != DeliveryState.Dead) throw ProblemCode.DeliveryNotDead.With($"Delivery {id} is {DeliveryTrail.Text(delivery.State)}; only dead ones are written about.");
        return await scope.Transaction.FindMessageAsync(delivery.Message) is { Erased: null } message
            ? message
            : throw ProblemCode.ContentErased.With($"The content of message {delivery.Message} was erased, and what was written about it with it.");
    }

    private async ValueTask RequireGroupAsync(string group, CancellationToken cancellationToken)
    {
        if (DeadGroup.TryParseKey(group, out var recipient, out var problem) && await store.HasDeadAsync(recipient, problem, cancellationToken)) return;
        throw ProblemCode.NotFound.With($"There is no dead delivery in the group {group}.");
    }
}
