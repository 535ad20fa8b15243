using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Host.AgencyClient;
using Hub.Host.Demo.Documents;

namespace Hub.Host.Demo;

/// <summary>Writes, signs and sends the documents of the demonstration, each as the system that issues it.</summary>
internal sealed class DemoPost(DemoWorld world, DemoRegistry registry, DocumentGenerator generator)
{
    /// <summary>Larger than what may stand in an envelope, so that it goes by upload.</summary>
    private const int LargeAnnex = 1_400_000;

    private static readonly MessageType Service = MessageType.Parse("vn.document.v1");

    /// <summary>Sends one document.</summary>
    public async Task<DemoMessage> SendAsync(DemoLetter letter, CancellationToken cancellationToken)
    {
        var sender = world[letter.From].Client;
        var document = generator.Next(letter.Kind, registry.Office(sender.Self), [.. letter.Addressees.Select(registry.Office)], letter.Answers?.Document);
        var attachments = await AttachAsync(sender, document, letter.LargeAnnex, cancellationToken);
        var now = sender.Clock.GetUtcNow();
        var envelope = new Envelope
        {
            Id = Guid.CreateVersion7(now).ToString(),
            Type = Service,
            From = sender.Self,
            To =
            [
                .. letter.To.Select(static to => new Recipient(RecipientAddress.Parse(to))),
                .. letter.Info.Select(static to => new Recipient(RecipientAddress.Parse(to), RecipientRole.Info)),
            ],
            Created = Answers.Milliseconds(now),
            Priority = document.Priority,
            InReplyTo = letter.Answers is { } answered ? new InReplyTo(answered.Sent.Key, answered.Sha256) : null,
            Subject = $"{document.Kind.Name} {document.Code}: {document.Subject}",
            Payload = DocumentXml.ToPayload(document),
            Attachments = attachments,
        };
        var octets = await EnvelopeCodec.SignAsync(envelope, letter.Encoding, sender.Signer, cancellationToken);
        var sent = await sender.SubmitAsync(octets, letter.Encoding, cancellationToken);
        var uploaded = attachments.Count(static attachment => attachment.Inline is null);
        return new DemoMessage(letter.Title, document, sender.Self, letter.Encoding, octets, uploaded, sent, letter.Expected);
    }

    private static async Task<IReadOnlyList<Attachment>> AttachAsync(
        HubClient sender, OfficialDocument document, bool large, CancellationToken cancellationToken)
    {
        var outgoing = new OutgoingAttachments(sender);
        List<(string Name, byte[] Bytes)> files =
        [
            ($"{document.FileName}.pdf", SmallPdf.Of(document)),
            ("Nơi nhận.txt", Encoding.UTF8.GetBytes(string.Join('\n', document.Recipients.Select(static to => $"{to.Code}\t{to.Name}")) + "\n")),
        ];
        if (large) files.Add(("Phụ lục số liệu.csv", StatisticsTable.Of(LargeAnnex, document.Number)));
        var attachments = new List<Attachment>();
        foreach (var (name, bytes) in files)
            attachments.Add(await outgoing.AddAsync(name, MediaTypes.Of(name), new MemoryStream(bytes), cancellationToken: cancellationToken));
        return attachments;
    }
}

/// <summary>What is to be sent.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Kind">Kind of document.</param>
/// <param name="From">The sending system.</param>
/// <param name="To">Main recipients as the envelope names them.</param>
/// <param name="Encoding">The encoding.</param>
/// <param name="Addressees">The systems meant by them.</param>
internal sealed record DemoLetter(
    string Title, DocumentKind Kind, string From, IReadOnlyList<string> To, EnvelopeEncoding Encoding, IReadOnlyList<SystemAddress> Addressees)
{
    private static readonly SystemAddress Archive = SystemAddress.Parse("H06/archive");

    /// <summary>Whether the archive of the province is to know.</summary>
    public bool Archived { get; init; }

    /// <summary>Whether a large annex goes with it.</summary>
    public bool LargeAnnex { get; init; }

    /// <summary>Whether the recipient will refuse it.</summary>
    public bool Refused { get; init; }

    /// <summary>The message that it answers.</summary>
    public DemoMessage? Answers { get; init; }

    /// <summary>Recipients who are to know.</summary>
    public IReadOnlyList<string> Info => Archived ? [Archive.ToString()] : [];

    /// <summary>Every system that gets it, and its answers.</summary>
    public IReadOnlyList<ExpectedRecipient> Expected =>
    [
        .. Addressees.Select(to => Refused ? new ExpectedRecipient(to, ["02"], Refused: true) : new ExpectedRecipient(to, ["01", "03"])),
        .. Info.Select(static _ => new ExpectedRecipient(Archive, ["01", "03"])),
    ];
}
