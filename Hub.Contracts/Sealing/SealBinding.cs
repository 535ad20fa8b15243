using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Sealing;

/// <summary>Who seals for whom, written into the sealed content's authenticated header (<c>iss</c> and <c>aud</c> of JWE).</summary>
/// <remarks>
/// <para>What protects what. The envelope is signed around the sealed content, so sender, recipients, subject, times and the
/// sealed octets cannot be changed without the hub and the recipient noticing. The seal itself proves no sender: anybody can
/// seal for a public key. Envelope fields, attachment names that are kept, sizes and times are <b>not</b> secret.</para>
/// <para>A signature around a seal does not show that the signer knows the content: somebody could copy sealed octets into
/// an envelope of his own (and claim authorship), and a recipient could open content and seal it again for somebody else
/// (surreptitious forwarding). The binding answers the first, since the copier cannot change <c>iss</c>; content
/// that must not be passed on as another's letter names its sender and recipients itself, as documents do. XML Encryption
/// has no authenticated header: there only the content can name them.</para>
/// </remarks>
/// <param name="From">The sender.</param>
/// <param name="To">The systems it is sealed for.</param>
public sealed record SealBinding(SystemAddress From, IReadOnlyList<SystemAddress> To)
{
    /// <summary>Whether this binding is of that sender and includes that recipient.</summary>
    /// <param name="from">The sender that the envelope names.</param>
    /// <param name="recipient">The recipient that opens it.</param>
    /// <exception cref="ProblemException"><c>unsealing-failed</c>, naming what differs.</exception>
    public void Require(SystemAddress from, SystemAddress recipient)
    {
        if (From != from)
            throw ProblemCode.UnsealingFailed.With($"The content was sealed by {TextRules.Quote(From.ToString())}, but the envelope comes from {from}: it was copied from another message.");
        if (!To.Contains(recipient))
            throw ProblemCode.UnsealingFailed.With($"The content was sealed for {TextRules.Quote(string.Join(", ", To))}, not for {recipient}.");
    }
}
