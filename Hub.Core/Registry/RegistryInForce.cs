using Hub.Contracts.Problems;
using Hub.Core.Storage;

namespace Hub.Core.Registry;

/// <summary>The registry for decisions inside a running commit, when other nodes change it too.</summary>
internal static class RegistryInForce
{
    /// <summary>A snapshot no older than the registry in force for this transaction. Only reads what is committed, so it may be
    /// awaited inside a unit.</summary>
    /// <exception cref="ProblemException"><c>unavailable</c>: this node could not catch up.</exception>
    internal static async ValueTask<RegistrySnapshot> InForceAsync(this IRegistry registry, CommitScope scope)
    {
        if (await scope.Transaction.ReadRegistryVersionAsync() is not { } version || version <= registry.Current.Version) return registry.Current;
        await registry.CatchUpAsync(version);
        var current = registry.Current;
        return current.Version >= version ? current : throw Behind(version, current.Version);
    }

    /// <summary>Refuses a unit that was prepared on an older registry than the one in force for its transaction.</summary>
    /// <exception cref="StaleRegistryException">It was.</exception>
    internal static async ValueTask RequireAsync(CommitScope scope, long prepared)
    {
        if (await scope.Transaction.ReadRegistryVersionAsync() is { } version && version > prepared) throw new StaleRegistryException(version);
    }

    internal static ProblemException Behind(long version, long current) => new(new Problem(
        ProblemCode.Unavailable, $"The registry is at version {version}, and this node knows version {current}; it catches up within a second. Send it again.") { RetryAfter = TimeSpan.FromSeconds(1) });
}
