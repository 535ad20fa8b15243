using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;

namespace Hub.Core.Trail;

/// <summary>The hub's own keys, each with one job. Kept outside the store; created at the hub's first start, and the same on every
/// node of the hub (<see cref="Nodes.SharedIdentity"/>).</summary>
public interface IHubKeys
{
    /// <summary>The hub's own system address, fixed when its data folder was made.</summary>
    SystemAddress Address { get; }

    /// <summary>Signs checkpoints (ES256).</summary>
    ISigner Log { get; }

    /// <summary>Verifies checkpoints; its name is the log's origin.</summary>
    NoteVerifier LogVerifier { get; }

    /// <summary>Signs delivery statements and pushes (ES256).</summary>
    ISigner Statement { get; }

    /// <summary>Verifies delivery statements.</summary>
    VerificationKey StatementVerifier { get; }

    /// <summary>Signs envelopes that the hub itself sends (ES256).</summary>
    ISigner Gateway { get; }

    /// <summary>Verifies the hub's own envelopes.</summary>
    VerificationKey GatewayVerifier { get; }

    /// <summary>Signs access tokens (ES256).</summary>
    ISigner Token { get; }

    /// <summary>Verifies access tokens.</summary>
    VerificationKey TokenVerifier { get; }

    /// <summary>Wraps the data keys of bodies at rest: 32 bytes, AES-256.</summary>
    ReadOnlyMemory<byte> DataKey { get; }

    /// <summary>The key of an app on the bus. Its messages are <c>hub-attested(app)</c>: the hub holds it.</summary>
    ISigner AppKey(SystemAddress app);

    /// <summary>Verifies what <see cref="AppKey"/> signs; the same key object for the same app.</summary>
    VerificationKey AppVerifier(SystemAddress app);
}
