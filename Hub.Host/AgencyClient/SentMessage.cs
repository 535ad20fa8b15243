using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;

namespace Hub.Host.AgencyClient;

/// <summary>A message that a hub accepted.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Receipt">The hub's receipt.</param>
/// <param name="ReceiptText">The receipt exactly as the hub wrote it, to be stored.</param>
/// <param name="Repeated">Whether the same content had been accepted before: the receipt is the first one.</param>
/// <param name="Verified">Whether the receipt was verified against the log's key; false when no key was given.</param>
internal sealed record SentMessage(MessageKey Key, Receipt Receipt, string ReceiptText, bool Repeated, bool Verified);
