using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Messages;

namespace Hub.Host.Demo.Agencies;

/// <summary>A document that reached an agency's program.</summary>
/// <param name="Key">Message key.</param>
/// <param name="From">Sender.</param>
/// <param name="Sha256">SHA-256 of the bytes received.</param>
/// <param name="Why">Why this agency got it, by the delivery statement.</param>
/// <param name="Way"><c>pull</c> or <c>push</c>.</param>
/// <param name="Attachments">Its attachments, each with verified bytes.</param>
internal sealed record ReceivedDocument(MessageKey Key, SystemAddress From, string Sha256, string Why, string Way, IReadOnlyList<Attachment> Attachments);

/// <summary>An answer that came back to a sender.</summary>
/// <param name="From">Who answered.</param>
/// <param name="Answer">What it said.</param>
internal sealed record ReceivedAnswer(SystemAddress From, Acknowledgement Answer);
