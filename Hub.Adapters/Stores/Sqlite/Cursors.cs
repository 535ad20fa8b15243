using System.Buffers.Binary;
using System.Buffers.Text;
using Hub.Contracts.Problems;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Opaque cursors: the sort key of the last row of a page, 24 bytes in base64url.</summary>
internal static class Cursors
{
    private const int Bytes = 24;

    internal static string Write(long accepted, long message, long delivery = 0)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, accepted);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], message);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], delivery);
        return Base64Url.EncodeToString(bytes);
    }

    /// <exception cref="ProblemException"><c>invalid-request</c>: not a cursor that <see cref="Write"/> made.</exception>
    internal static (long Accepted, long Message, long Delivery) Read(string cursor)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (cursor.Length != Base64Url.GetEncodedLength(Bytes) || !Base64Url.TryDecodeFromChars(cursor, bytes, out var written) || written != Bytes)
            throw NotOurs();
        return (BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]));
    }

    internal static ProblemException NotOurs() =>
        ProblemCode.InvalidRequest.With("The cursor is not one that this hub gave: use the 'next' of the page before, or none for the first page.");
}
