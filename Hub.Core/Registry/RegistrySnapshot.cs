using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Core.Registry;

/// <summary>A system that a message goes to, and why.</summary>
/// <param name="System">The system.</param>
/// <param name="Role">Main or info; main wins when it is named twice.</param>
/// <param name="Why"><c>direct</c>, <c>agency:code</c> or <c>group:name@version</c>.</param>
public sealed record ResolvedRecipient(AgencySystem System, RecipientRole Role, string Why);

/// <summary>The registry at one version, indexed for decisions in memory. Immutable; answers are pure.</summary>
public sealed class RegistrySnapshot
{
    /// <summary>Indexes a content that was validated before.</summary>
    public RegistrySnapshot(long version, RegistryContent content)
    {
        Version = version;
        Content = content;
    }

    /// <summary>Version, growing with every change.</summary>
    public long Version { get; }

    /// <summary>What it says.</summary>
    public RegistryContent Content { get; }

    /// <summary>A system by address, or null.</summary>
    public AgencySystem? FindSystem(SystemAddress address) => throw new NotImplementedException();

    /// <summary>A service by type, or null; <c>hub.*</c> types are built in.</summary>
    public Service? FindService(MessageType type) => throw new NotImplementedException();

    /// <summary>Expands recipients to systems, each once, in the order named.</summary>
    /// <exception cref="ProblemException">One problem listing every bad recipient: <c>unknown-recipient</c>,
    /// <c>no-system-for-type</c>, <c>ambiguous-recipient</c>, <c>recipient-closed</c>.</exception>
    public IReadOnlyList<ResolvedRecipient> Resolve(IReadOnlyList<Recipient> to, MessageType type, DateTimeOffset at) => throw new NotImplementedException();

    /// <summary>Whether a right in force allows this; denied by default.</summary>
    public bool Allows(SystemAddress from, MessageType type, SystemAddress to, int priority, DateTimeOffset at) => throw new NotImplementedException();
}
