using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Hub.Contracts.Problems;
using Microsoft.Win32.SafeHandles;

namespace Hub.Adapters.Stores.Bodies;

/// <summary>Reads bodies. Thread-safe; keeps at most 64 segments open.</summary>
/// <remarks>Failure policy: a body is returned exactly as it was sealed or not at all; a missing, short or altered record is
/// <c>internal-error</c> with the file and offset to restore.</remarks>
internal sealed class BodyReader(SegmentFolder folder, ReadOnlyMemory<byte> hubKey) : IDisposable
{
    private const int MaxOpen = 64;
    private readonly ConcurrentDictionary<int, SafeFileHandle> _open = new();

    internal byte[] Read(ReadOnlySpan<byte> messageKey, BodyLocation location, ReadOnlySpan<byte> wrappedKey)
    {
        Span<byte> dataKey = stackalloc byte[KeyWrap.KeyBytes];
        if (!KeyWrap.TryUnwrap(hubKey.Span, messageKey, wrappedKey, dataKey))
            throw Damaged(messageKey, location, "its data key cannot be unwrapped: keys/data.key is not the one it was written with, or the database is damaged");
        var length = location.Length + BodyRecord.Overhead;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var record = rented.AsSpan(0, length);
            if (ReadRecord(location, record) < length) throw Damaged(messageKey, location, "the record is cut short or missing");
            var octets = GC.AllocateUninitializedArray<byte>(location.Length);
            return BodyRecord.TryOpen(dataKey, messageKey, record, octets)
                ? octets
                : throw Damaged(messageKey, location, "the record was altered after it was written");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public void Dispose()
    {
        foreach (var file in _open.Values) file.Dispose();
    }

    private int ReadRecord(BodyLocation location, Span<byte> record)
    {
        if (_open.TryGetValue(location.Segment, out var open)) return Fill(open, record, location.Offset);
        SafeFileHandle file;
        try
        {
            file = folder.OpenRead(location.Segment);
        }
        catch (FileNotFoundException)
        {
            return 0;
        }

        if (_open.Count < MaxOpen && _open.TryAdd(location.Segment, file)) return Fill(file, record, location.Offset);
        using (file) return Fill(file, record, location.Offset);
    }

    private static int Fill(SafeFileHandle file, Span<byte> record, long offset)
    {
        var filled = 0;
        while (filled < record.Length)
        {
            var read = RandomAccess.Read(file, record[filled..], offset + filled);
            if (read == 0) break;
            filled += read;
        }

        return filled;
    }

    private ProblemException Damaged(ReadOnlySpan<byte> messageKey, BodyLocation location, string what) => ProblemCode.InternalError.With(
        $"The stored body of message {Convert.ToHexStringLower(messageKey)} ({folder.FileOf(location.Segment)}, offset {location.Offset}) cannot be read: {what}. Restore that file from a backup.");
}
