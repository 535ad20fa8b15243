using System.Data.Common;
using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Relational;

/// <summary>An upload as the database holds it.</summary>
/// <param name="Number">Its number: one that is begun afresh has another.</param>
/// <param name="Size">Promised bytes.</param>
/// <param name="Received">Bytes that are there.</param>
/// <param name="DataKey">Its wrapped key.</param>
/// <param name="IsComplete">Whether all is there and has the digest.</param>
internal sealed record UploadRow(long Number, long Size, long Received, byte[] DataKey, bool IsComplete)
{
    internal static UploadRow Read(DbDataReader row) => new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetFieldValue<byte[]>(3), row.GetBoolean(4));

    internal UploadStatus Status(string sha256) => new(sha256, Size, Received, IsComplete);
}
