using System.Security.Cryptography;
using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Core.Nodes;

/// <summary>What all nodes of a hub must have in common: its address and its keys. The first node writes down what tells them apart (no
/// secrets) in the store that they share; every other compares itself with it before it does anything.</summary>
/// <remarks>With other keys a node would sign what the rest of the hub denies, and could not read a stored body.</remarks>
public sealed class SharedIdentity(IHubStore store, ICommitter committer, IHubKeys keys)
{
    private const string Key = "hub/identity";

    // Not the hub's own address, which is one of the things that are compared.
    private static readonly SystemAddress Place = SystemAddress.Parse("X00/nodes");

    /// <summary>Compares; nothing when no node was here before.</summary>
    /// <exception cref="InvalidDataException">This node is another hub's, or lacks a key; the message says which and what to do.</exception>
    public async ValueTask CheckAsync(CancellationToken cancellationToken = default)
    {
        if (await store.FindCheckpointAsync(entry: null, cancellationToken) is { } note)
        {
            var origin = Checkpoint.Parse(SignedNote.UnverifiedText(note)).Origin;
            if (origin != keys.LogVerifier.Name) throw Refuse($"the database holds the log '{origin}', and this data folder is of '{keys.LogVerifier.Name}'");
        }

        if (await store.ReadAppStateAsync(Place, Key, cancellationToken) is { } recorded) Compare(recorded.Span);
    }

    /// <summary>Compares, and writes down what there is to be compared if no node has; call it once the committer runs.</summary>
    /// <exception cref="InvalidDataException">Another node, with other keys, was quicker.</exception>
    public async ValueTask RecordAsync(CancellationToken cancellationToken = default)
    {
        var own = JsonSerializer.SerializeToUtf8Bytes(Own());
        var before = await committer.RunAsync(
            async scope =>
            {
                if (await scope.Transaction.ReadAppStateAsync(Place, Key) is { } recorded) return recorded;
                await scope.Transaction.WriteAppStateAsync(Place, Key, own);
                return (ReadOnlyMemory<byte>)own;
            },
            cancellationToken);
        Compare(before.Span);
    }

    private void Compare(ReadOnlySpan<byte> recorded)
    {
        var known = JsonSerializer.Deserialize<Dictionary<string, string>>(recorded) ?? [];
        var own = Own();
        var different = known.Where(k => own.TryGetValue(k.Key, out var value) && value != k.Value).Select(static k => k.Key).ToList();
        if (different.Count > 0) throw Refuse($"it differs from the nodes before it in {string.Join(", ", different)}");
    }

    private Dictionary<string, string> Own() => new()
    {
        ["the address of the hub"] = keys.Address.ToString(),
        ["keys/log.pem"] = keys.LogVerifier.Key.Thumbprint,
        ["keys/statement.pem"] = keys.StatementVerifier.Thumbprint,
        ["keys/gateway.pem"] = keys.GatewayVerifier.Thumbprint,
        ["keys/token.pem"] = keys.TokenVerifier.Thumbprint,
        ["keys/data.key"] = Convert.ToHexStringLower(HMACSHA256.HashData(keys.DataKey.Span, "hub data key check v1"u8)),
        ["keys/apps.key"] = keys.AppVerifier(Place).Thumbprint,
    };

    private static InvalidDataException Refuse(string difference) => new(
        $"This node does not belong to the hub in this database: {difference}. All nodes of a hub have the same keys: stop it, copy hub.json and the folder keys/ of a node that works into its data folder (owner only), and start it again "
        + "(nút này không có cùng khóa với các nút khác của trục: hãy chép hub.json và thư mục keys/ của một nút đang chạy).");
}
