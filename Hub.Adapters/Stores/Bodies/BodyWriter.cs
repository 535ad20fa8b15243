using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hub.Adapters.Stores.Files;
using Microsoft.Win32.SafeHandles;

namespace Hub.Adapters.Stores.Bodies;

/// <summary>Appends bodies to segments: one gathered write and one sync per grouped commit. Not thread-safe.</summary>
/// <remarks>
/// <para>Failure policy. A body is durable once <see cref="Sync"/> returned (file synced, and its folder when the file is
/// new); only then may a row refer to it be committed. What a rolled-back or crashed group wrote is a tail nobody refers to:
/// the next group overwrites it, or the next start cuts it (<see cref="BodyTail"/>).</para>
/// <para>A failed write leaves such a tail and may be repeated (disk full). A failed <em>sync</em> may not: the kernel may have
/// dropped the pages, so the writer stays failed until the hub is started again.</para>
/// </remarks>
internal sealed class BodyWriter : IDisposable
{
    /// <summary>A segment that has reached this size gets no further record: 256 MiB.</summary>
    internal const long DefaultSegmentBytes = 256L << 20;

    private const int ChunkBytes = 256 << 10;
    private const int MaxPendingBytes = 4 << 20;

    private readonly SegmentFolder _folder;
    private readonly byte[] _hubKey;
    private readonly long _segmentBytes;
    private readonly List<byte[]> _chunks = [];
    private readonly List<ReadOnlyMemory<byte>> _pending = [];
    private readonly List<SafeFileHandle> _unsynced = [];
    private SafeFileHandle? _file;
    private bool _newFile;
    private int _segment;
    private long _end;
    private long _written;
    private int _chunkUsed;
    private (int Segment, long End) _committed;

    internal BodyWriter(SegmentFolder folder, ReadOnlyMemory<byte> hubKey, BodyLocation? last, long segmentBytes = DefaultSegmentBytes)
    {
        _folder = folder;
        _hubKey = hubKey.ToArray();
        _segmentBytes = segmentBytes;
        _committed = (last?.Segment ?? 0, last?.End ?? 0);
        Rewind();
    }

    /// <summary>A sync failed: see the failure policy.</summary>
    internal bool IsFailed { get; private set; }

    /// <summary>Adds a body to the group.</summary>
    /// <param name="messageKey">32 bytes.</param>
    /// <param name="octets">The body.</param>
    /// <param name="wrappedKey">Receives the wrapped data key, <see cref="KeyWrap.WrappedBytes"/> bytes.</param>
    internal BodyLocation Append(ReadOnlySpan<byte> messageKey, ReadOnlySpan<byte> octets, Span<byte> wrappedKey)
    {
        if (IsFailed) throw Failed(null);
        if (_file is null || _end >= _segmentBytes) Roll();
        Span<byte> dataKey = stackalloc byte[KeyWrap.KeyBytes];
        KeyWrap.New(_hubKey, messageKey, dataKey, wrappedKey);
        BodyRecord.Seal(dataKey, messageKey, octets, Reserve(octets.Length + BodyRecord.Overhead));
        CryptographicOperations.ZeroMemory(dataKey);
        var location = new BodyLocation(_segment, _end, octets.Length);
        _end = location.End;
        if (_end - _written >= MaxPendingBytes) Write();
        return location;
    }

    /// <summary>Writes what is pending and makes the group's bodies durable.</summary>
    internal void Sync()
    {
        if (IsFailed) throw Failed(null);
        Write();
        if (_unsynced.Count == 0) return;
        try
        {
            foreach (var file in _unsynced) RandomAccess.FlushToDisk(file);
            if (_newFile) DurableFile.SyncFolder(_folder.Path);
        }
        catch (IOException unsynced)
        {
            IsFailed = true;
            throw Failed(unsynced);
        }

        foreach (var file in _unsynced)
        {
            if (file != _file) file.Dispose();
        }

        _unsynced.Clear();
        _newFile = false;
    }

    /// <summary>The rows that refer to the group are committed.</summary>
    internal void Commit() => _committed = (_segment, _end);

    /// <summary>The group was rolled back: its place is used again.</summary>
    internal void Rewind()
    {
        Release();
        foreach (var file in _unsynced)
        {
            if (file != _file) file.Dispose();
        }

        _unsynced.Clear();
        if (_file is not null && _segment == _committed.Segment)
        {
            _end = _written = _committed.End;
            return;
        }

        _file?.Dispose();
        _file = null;
        (_segment, _end) = _committed;
        _written = _end;
        if (_segment > 0) _file = _folder.OpenWrite(_segment);
    }

    public void Dispose()
    {
        Release();
        foreach (var file in _unsynced) file.Dispose();
        _file?.Dispose();
        CryptographicOperations.ZeroMemory(_hubKey);
    }

    private Span<byte> Reserve(int bytes)
    {
        if (_chunks.Count == 0 || _chunks[^1].Length - _chunkUsed < bytes)
        {
            _chunks.Add(ArrayPool<byte>.Shared.Rent(Math.Max(ChunkBytes, bytes)));
            _pending.Add(default);
            _chunkUsed = 0;
        }

        var chunk = _chunks[^1];
        var reserved = chunk.AsSpan(_chunkUsed, bytes);
        _chunkUsed += bytes;
        CollectionsMarshal.AsSpan(_pending)[^1] = chunk.AsMemory(0, _chunkUsed);
        return reserved;
    }

    private void Write()
    {
        if (_end == _written) return;
        if (!_unsynced.Contains(_file!)) _unsynced.Add(_file!);
        RandomAccess.Write(_file!, _pending, _written);
        _written = _end;
        Release();
    }

    private void Roll()
    {
        Write();
        if (_file is not null && !_unsynced.Contains(_file)) _file.Dispose();
        _segment++;
        _file = _folder.OpenWrite(_segment);
        _newFile = true;
        _end = _written = 0;
    }

    private void Release()
    {
        foreach (var chunk in _chunks) ArrayPool<byte>.Shared.Return(chunk);
        _chunks.Clear();
        _pending.Clear();
        _chunkUsed = 0;
    }

    private IOException Failed(Exception? inner) => new(
        $"Bodies in '{_folder.Path}' could not be synced to disk; what the disk holds is unknown. Check the disk, then start the hub again.", inner);
}
