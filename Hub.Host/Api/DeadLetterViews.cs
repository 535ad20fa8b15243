using Hub.Core.Delivery;
using Hub.Core.Storage;

namespace Hub.Host.Api;

/// <summary>Dead deliveries of one system with one reason.</summary>
/// <param name="Group">What names the group, for ever the same.</param>
/// <param name="Recipient">The system.</param>
/// <param name="Channel">How the hub talks to it now; <c>mailbox</c> when it fetches.</param>
/// <param name="Problem">Code of the last failure.</param>
/// <param name="Count">How many they are.</param>
/// <param name="Oldest">When the first of them died.</param>
/// <param name="Newest">When the last of them died.</param>
/// <param name="LatestDetail">What the newest's last failure was.</param>
/// <param name="Owner">Who takes care of them.</param>
/// <param name="Notes">How many notes there are.</param>
/// <param name="LatestNote">The last of them.</param>
internal sealed record DeadGroupView(
    string Group, string Recipient, string Channel, string Problem, long Count, DateTimeOffset Oldest, DateTimeOffset Newest, string? LatestDetail,
    string? Owner, int Notes, DeadLetterNoteView? LatestNote)
{
    internal static DeadGroupView Of(DeadGroup group, string channel, DeadLetterRecord written) => new(
        group.Key, group.Recipient.ToString(), channel, group.Problem, group.Count, group.Oldest, group.Newest, group.LatestDetail,
        written.Owner, written.Notes.Count, written.Notes is [.., var last] ? DeadLetterNoteView.Of(last) : null);
}

/// <summary>A note.</summary>
/// <param name="By">Who wrote it.</param>
/// <param name="Time">When.</param>
/// <param name="Text">What.</param>
internal sealed record DeadLetterNoteView(string By, DateTimeOffset Time, string Text)
{
    internal static DeadLetterNoteView Of(DeadLetterNote note) => new(note.By, note.Time, note.Text);
}

/// <summary>What operators wrote about a dead delivery or a group.</summary>
/// <param name="Of">Number of the delivery, or name of the group.</param>
/// <param name="Owner">Who takes care of it; missing when nobody does.</param>
/// <param name="Notes">Oldest first.</param>
internal sealed record DeadLetterNotesView(string Of, string? Owner, IReadOnlyList<DeadLetterNoteView> Notes);

/// <summary>A note to be added.</summary>
internal sealed class DeadLetterNoteRequest
{
    /// <summary>Number of a delivery, or name of a group.</summary>
    public string? Of { get; init; }

    /// <summary>1 to 500 characters.</summary>
    public string? Text { get; init; }
}

/// <summary>Says who takes care.</summary>
internal sealed class DeadLetterOwnerRequest
{
    /// <summary>Number of a delivery, or name of a group.</summary>
    public string? Of { get; init; }

    /// <summary>Who, at most 100 characters; missing or empty: nobody.</summary>
    public string? Owner { get; init; }
}
