namespace Hub.Core.Registry;

/// <summary>The words for how a message's origin is assured.</summary>
public static class Assurances
{
    /// <summary>The sender's system signed the envelope itself.</summary>
    public const string SenderSigned = "sender-signed";

    /// <summary>As a service's minimum: the hub vouches, by whatever method, or better.</summary>
    public const string HubAttested = "hub-attested";

    /// <summary>Of a message that the hub itself wrote.</summary>
    public const string AttestedHub = "hub-attested(hub)";

    /// <summary>Of a message of an app on the bus, whose key the hub holds.</summary>
    public const string AttestedApp = "hub-attested(app)";

    /// <summary>Whether a message's assurance reaches a service's minimum.</summary>
    /// <param name="assurance">Of the message: <c>sender-signed</c> or <c>hub-attested(method)</c>.</param>
    /// <param name="minimum">Of the service: <c>sender-signed</c> or <c>hub-attested</c>.</param>
    public static bool Reaches(string assurance, string minimum)
    {
        ArgumentNullException.ThrowIfNull(assurance);
        return assurance == SenderSigned
            || minimum == HubAttested && assurance.StartsWith("hub-attested(", StringComparison.Ordinal);
    }
}
