using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Host.AgencyClient;
using Hub.Host.Demo.Documents;

namespace Hub.Host.Demo;

/// <summary>What a sender expects of one recipient.</summary>
/// <param name="System">The receiving system.</param>
/// <param name="Statuses">The business statuses that come back, in order.</param>
/// <param name="Refused">Whether the last of them is a refusal.</param>
internal sealed record ExpectedRecipient(SystemAddress System, IReadOnlyList<string> Statuses, bool Refused = false);

/// <summary>A document on its way, with what is expected of it.</summary>
/// <param name="Title">What this one shows.</param>
/// <param name="Document">The document.</param>
/// <param name="From">The sending system.</param>
/// <param name="Encoding">The encoding.</param>
/// <param name="Octets">The exact bytes.</param>
/// <param name="Uploaded">How many attachments went by upload.</param>
/// <param name="Sent">The hub's answer.</param>
/// <param name="Expected">Every system that is to get it.</param>
internal sealed record DemoMessage(
    string Title, OfficialDocument Document, SystemAddress From, EnvelopeEncoding Encoding, ReadOnlyMemory<byte> Octets,
    int Uploaded, SentMessage Sent, IReadOnlyList<ExpectedRecipient> Expected)
{
    /// <summary>SHA-256 of the exact bytes, lower-case hexadecimal.</summary>
    public string Sha256 { get; } = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Octets.Span));
}
