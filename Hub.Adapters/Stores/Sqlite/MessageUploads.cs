using Hub.Core.Storage;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Which uploads messages name. A row stays after its message is erased until the file is gone, so that no crash
/// leaves a file behind.</summary>
internal static class MessageUploads
{
    internal static void Insert(Func<string, Statement> change, long sender, long message, IReadOnlyList<string> digests)
    {
        Span<byte> bytes = stackalloc byte[Digests.Bytes];
        foreach (var digest in digests.Distinct(StringComparer.Ordinal))
            change(SqliteSql.NameUpload).Bind(sender).Bind(Digests.Read(digest, bytes)).Bind(message).Run();
    }

    internal static void Erase(SqliteSession session, Func<string, Statement> change, MessageRecord message, long number)
    {
        var sender = session.NameId(message.From.ToString());
        Span<byte> bytes = stackalloc byte[Digests.Bytes];
        foreach (var digest in message.Uploads)
            change(SqliteSql.EraseUpload).Bind(sender).Bind(Digests.Read(digest, bytes)).Bind(number).Run();
    }

    internal static bool IsNamed(SqliteSession session, UploadName upload) =>
        session.NameId(upload.Owner.ToString()) is { } owner
        && session.Use(SqliteSql.IsUploadNamed).Bind(owner).Bind(Digests.Read(upload.Sha256, stackalloc byte[Digests.Bytes])).Scalar() is not null;

    internal static List<UploadName> Erased(SqliteSession session, int limit)
    {
        var found = new List<(long Owner, string Sha256)>();
        var query = session.Use(SqliteSql.ErasedUploads).Bind(limit);
        using (query.Rows())
        {
            while (query.Step()) found.Add((query.Int(0), Digests.Write(query.Blob(1))));
        }

        return found.ConvertAll(u => new UploadName(session.Name(u.Owner).System, u.Sha256));
    }

    internal static void Forget(SqliteSession session, Func<string, Statement> change, UploadName upload)
    {
        if (session.NameId(upload.Owner.ToString()) is not { } owner) return;
        change(SqliteSql.ForgetErasedUpload).Bind(owner).Bind(Digests.Read(upload.Sha256, stackalloc byte[Digests.Bytes])).Run();
    }
}
