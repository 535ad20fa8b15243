using System.Text;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Trail;

namespace Hub.Core.Storage;

/// <summary>Messages that were erased by law and that the store does not know: a backup from before they were accepted was restored. Their senders hold
/// receipts and would send them again. Thread-safe.</summary>
/// <remarks>One small value of the log's own state for each. Only a restoration makes them, before anything is served; so whether there are any is
/// read once, and where there are none, asking costs no statement.</remarks>
/// <param name="store">The hub's store.</param>
public sealed class Tombstones(IHubStore store)
{
    private const string Prefix = "erased/";
    private const int Unknown = 0;
    private const int None = 1;
    private const int Some = 2;
    private int _any;

    /// <summary>Whether a message that the store does not know was erased.</summary>
    public async ValueTask<bool> HoldsAsync(MessageKey key, CancellationToken cancellationToken = default)
    {
        if (_any == None) return false;
        if (_any == Unknown)
        {
            _any = (await store.ListAppStateAsync(LogEpochs.Place, Prefix, 1, cancellationToken)).Count > 0 ? Some : None;
            if (_any == None) return false;
        }

        return await store.ReadAppStateAsync(LogEpochs.Place, Prefix + key.Value, cancellationToken) is not null;
    }

    /// <summary>Refuses a message that was erased.</summary>
    /// <exception cref="ProblemException"><c>content-erased</c>.</exception>
    internal async ValueTask RefuseAsync(MessageKey key)
    {
        if (await HoldsAsync(key)) throw ProblemCode.ContentErased.With($"The message {key} was accepted before and erased by law since; it is not accepted again. Send a new message under a new id if there is one to send.");
    }

    /// <summary>Keeps a message out.</summary>
    /// <param name="scope">The running commit.</param>
    /// <param name="key">The message.</param>
    /// <param name="erased">When it was erased.</param>
    /// <returns>True.</returns>
    public async ValueTask<bool> SetAsync(CommitScope scope, MessageKey key, DateTimeOffset erased)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await scope.Transaction.WriteAppStateAsync(LogEpochs.Place, Prefix + key.Value, Encoding.UTF8.GetBytes(Rfc3339.Format(erased)));
        scope.AfterCommit(() => _any = Some);
        return true;
    }
}
