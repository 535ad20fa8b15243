namespace Hub.IntegrationTests.Shim;

/// <summary>A file's content on the disk, and what was written since.</summary>
internal sealed class DiskFile
{
    private const int SectorBytes = 512;

    private readonly List<(int Record, long At, ReadOnlyMemory<byte>? Octets)> _unsynced = [];
    private byte[] _octets;
    private long _length;

    internal DiskFile(byte[] octets) => (_octets, _length) = (octets, octets.Length);

    internal void Write(int record, long at, ReadOnlyMemory<byte> octets) => _unsynced.Add((record, at, octets));

    internal void Resize(int record, long length) => _unsynced.Add((record, length, null));

    /// <summary>What happened before the record is on the disk now.</summary>
    internal void Sync(int before)
    {
        var synced = 0;
        while (synced < _unsynced.Count && _unsynced[synced].Record < before)
        {
            var (_, at, octets) = _unsynced[synced++];
            if (octets is { } written) Put(at, written.Span);
            else Cut(at);
        }

        _unsynced.RemoveRange(0, synced);
    }

    /// <summary>What is found after the power came back: with <paramref name="luck"/>, any sector that was not synced may be there, too.</summary>
    internal byte[] AfterCut(Random? luck)
    {
        var found = new DiskFile(_octets.AsSpan(0, (int)_length).ToArray());
        foreach (var (_, at, octets) in luck is null ? [] : _unsynced)
        {
            if (octets is not { } written)
            {
                if (luck!.Next(2) == 0) found.Cut(at);
                continue;
            }

            for (var from = 0; from < written.Length;)
            {
                var sector = Math.Min(SectorBytes - (int)((at + from) % SectorBytes), written.Length - from);
                if (luck!.Next(2) == 0) found.Put(at + from, written.Span.Slice(from, sector));
                from += sector;
            }
        }

        return found._octets.AsSpan(0, (int)found._length).ToArray();
    }

    private void Put(long at, ReadOnlySpan<byte> written)
    {
        var end = at + written.Length;
        if (end > _octets.Length) Array.Resize(ref _octets, (int)Math.Max(end, _octets.Length * 2L));
        if (end > _length) _length = end;
        written.CopyTo(_octets.AsSpan((int)at));
    }

    private void Cut(long length)
    {
        if (length > _octets.Length) Array.Resize(ref _octets, (int)length);
        if (length < _length) _octets.AsSpan((int)length, (int)(_length - length)).Clear();
        _length = length;
    }
}
