using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Apps;

namespace Hub.Apps.Archive;

/// <summary>Files every <c>vn.document.v1</c> that is sent to it and answers as a clerk would: 01 when it arrives, 03 when it is
/// in the register, 02 with a reason when it cannot be read. The same document sent twice is filed and marked.</summary>
/// <remarks>State: <c>documents/{year}/{sender}/{id}</c> holds an <see cref="ArchiveRecord"/>; <c>ids/{sha-256}</c> of issuer and
/// document id holds the key of the message that brought the document first. The year is that of filing, in Vietnam.</remarks>
public sealed class ArchiveApp : IHandle
{
    private static readonly MessageType Document = MessageType.Parse("vn.document.v1");
    private static readonly TimeSpan Vietnam = TimeSpan.FromHours(7);

    /// <inheritdoc/>
    public string App => "archive";

    /// <inheritdoc/>
    public async ValueTask HandleAsync(Envelope envelope, IAppContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        ArgumentNullException.ThrowIfNull(context);
        if (envelope.Type != Document) return;
        if (OfficialDocument.Read(envelope.Payload, out var reason) is not { } document)
        {
            context.Reply("02", reason, refused: true);
            return;
        }

        context.Reply("01");
        var first = await FirstBringerAsync(document, context);
        var duplicateOf = first == context.Message.Key.Value ? null : first;
        var record = ArchiveRecord.Of(document, envelope, context.Message, context.Now, duplicateOf);
        context.Write(PathOf(envelope, context.Now), record.ToJson());
        context.Reply("03", duplicateOf is null ? null : $"Trùng văn bản {document.DocumentId} đã vào sổ trước đó.");
    }

    private static async ValueTask<string> FirstBringerAsync(OfficialDocument document, IAppContext context)
    {
        var key = "ids/" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{document.Issuer}\n{document.DocumentId}")));
        if (await context.ReadAsync(key) is { } known) return Encoding.ASCII.GetString(known.Span);
        context.Write(key, Encoding.ASCII.GetBytes(context.Message.Key.Value));
        return context.Message.Key.Value;
    }

    private static string PathOf(Envelope envelope, DateTimeOffset now)
    {
        var year = now.ToOffset(Vietnam).Year.ToString(CultureInfo.InvariantCulture);
        return $"documents/{year}/{envelope.From}/{envelope.Id}";
    }
}
