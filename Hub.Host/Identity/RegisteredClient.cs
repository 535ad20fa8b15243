using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;
using Hub.Core.Registry;

namespace Hub.Host.Identity;

/// <summary>A system or person of the registry, and the key by which it shows itself.</summary>
/// <param name="Name">System address, <c>operator:name</c> or <c>auditor:name</c>; the actor in the trail.</param>
/// <param name="Key">The registered key.</param>
/// <param name="System">The system, when it is one.</param>
/// <param name="Person">The person, when it is one.</param>
internal sealed record RegisteredClient(string Name, VerificationKey Key, SystemAddress? System, Person? Person)
{
    private static readonly TimeSpan SystemLifetime = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan PersonLifetime = TimeSpan.FromMinutes(60);

    /// <summary>What a token of it may at most.</summary>
    internal Scopes Scopes => Person is null ? Scopes.System
        : (Person.Role == "operator" ? Scopes.Operator : Scopes.Auditor) | (Person.Content ? Scopes.Content : Scopes.None);

    /// <summary>How long a token of it lives: 10 minutes for systems, 60 for people.</summary>
    internal TimeSpan Lifetime => Person is null ? SystemLifetime : PersonLifetime;
}
