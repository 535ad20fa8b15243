using System.Text;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Notices;

/// <summary>What was told already, durably: one small value of the hub's own state for each thing told, written in the commit that
/// tells it. They are few and stay.</summary>
internal sealed class ToldMarks(IHubStore store, IHubKeys keys)
{
    private const string Prefix = "told/";
    private const int Most = 1_000_000;

    /// <summary>The names of all things of a kind that were told.</summary>
    internal async ValueTask<HashSet<string>> ReadAsync(string kind, CancellationToken cancellationToken)
    {
        var marks = await store.ListAppStateAsync(keys.Address, $"{Prefix}{kind}/", Most, cancellationToken);
        return [.. marks.Select(m => m.Key[(Prefix.Length + kind.Length + 1)..])];
    }

    /// <summary>Marks a thing as told; false when it was before.</summary>
    internal async ValueTask<bool> MarkAsync(CommitScope scope, string kind, string name, DateTimeOffset now)
    {
        var key = $"{Prefix}{kind}/{name}";
        if (await scope.Transaction.ReadAppStateAsync(keys.Address, key) is not null) return false;
        await scope.Transaction.WriteAppStateAsync(keys.Address, key, Encoding.UTF8.GetBytes(Hub.Contracts.Envelopes.Rfc3339.Format(now)));
        return true;
    }
}
