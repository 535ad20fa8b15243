using System.Globalization;
using System.Text;
using Hub.Core.Storage;

namespace Hub.Core.Registry.Certificates;

/// <content>What another node has learnt, where this one does not ask.</content>
public sealed partial class CertificateWatch
{
    /// <summary>Counts what was learnt; in the hub's own app state.</summary>
    private const string Mark = "certificates-learnt";

    private long _mark;

    /// <summary>Takes over what the node that asks has learnt since, and follows the registry; asks nobody and writes nothing.</summary>
    public async Task FollowAsync(CancellationToken cancellationToken = default)
    {
        var mark = ReadMark(await store.ReadAppStateAsync(keys.Address, Mark, cancellationToken));
        await _oneLook.WaitAsync(cancellationToken);
        try
        {
            var (snapshot, now) = (registry.Current, clock.GetUtcNow());
            var isLearnt = mark != _mark;
            if (!isLearnt && !IsDue(now)) return;
            if (isLearnt)
            {
                await ReadStoredAsync(cancellationToken);
                (_mark, _paths) = (mark, new(StringComparer.Ordinal));
                _certificates.Clear();
            }

            if (isLearnt || snapshot.Version != _version) Follow(snapshot, now);
            foreach (var certificate in _certificates.Values) certificate.Standing = StandingRule.At(certificate.Standing, now);
            Publish();
            Interlocked.Exchange(ref _version, snapshot.Version);
            var lapse = _certificates.Values.Where(c => c.Standing.State == CertificateState.Good && c.Standing.Until > now).Select(static c => c.Standing.Until).Min();
            Interlocked.Exchange(ref _nextTicks, lapse?.UtcTicks ?? long.MaxValue);
        }
        finally
        {
            _oneLook.Release();
        }
    }

    private async ValueTask ReadStoredAsync(CancellationToken cancellationToken)
    {
        foreach (var (key, bytes) in await store.ListAppStateAsync(keys.Address, StandingRecord.Prefix, MaxStored, cancellationToken))
            _stored[key[StandingRecord.Prefix.Length..]] = StandingRecord.Read(bytes.Span);
    }

    private async ValueTask MarkAsync(CommitScope scope)
    {
        var next = ReadMark(await scope.Transaction.ReadAppStateAsync(keys.Address, Mark)) + 1;
        await scope.Transaction.WriteAppStateAsync(keys.Address, Mark, Encoding.ASCII.GetBytes(next.ToString(CultureInfo.InvariantCulture)));
    }

    private static long ReadMark(ReadOnlyMemory<byte>? value) => value is { } bytes ? long.Parse(bytes.Span, CultureInfo.InvariantCulture) : 0;
}
