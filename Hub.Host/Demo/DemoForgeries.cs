using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Host.AgencyClient;

namespace Hub.Host.Demo;

/// <summary>What became of an attempt to cheat.</summary>
/// <param name="What">The attempt.</param>
/// <param name="Expected">The codes that it must get, any of them.</param>
/// <param name="Code">The code that it got; null when the hub took it.</param>
internal sealed record DemoForgery(string What, IReadOnlyList<string> Expected, string? Code)
{
    /// <summary>Whether it was refused as it must be.</summary>
    public bool Refused => Code is not null && Expected.Contains(Code, StringComparer.Ordinal);
}

/// <summary>Tries to cheat the hub.</summary>
internal sealed class DemoForgeries(DemoWorld world)
{
    private const string Commune = "H06.44.03/qlvb";

    public async Task<IReadOnlyList<DemoForgery>> TryAsync(DemoMessage original, CancellationToken cancellationToken) =>
    [
        await TryAsync("a document altered after it was signed", original.From, Altered(original.Octets.Span), ["signature-invalid"], cancellationToken),
        await TryAsync("a commune signs in the name of the province", SystemAddress.Parse(Commune), await ImpersonatedAsync(cancellationToken), ["not-allowed", "key-unknown", "signature-invalid", "unknown-sender"], cancellationToken),
        await TryAsync("a commune writes past its district to the ministry", SystemAddress.Parse(Commune), await PastItsDistrictAsync(cancellationToken), ["not-allowed"], cancellationToken),
    ];

    private async Task<DemoForgery> TryAsync(string what, SystemAddress caller, byte[] octets, string[] expected, CancellationToken cancellationToken)
    {
        try
        {
            await world[caller].Client.SubmitAsync(octets, EnvelopeEncoding.Json, cancellationToken);
            return new DemoForgery(what, expected, null);
        }
        catch (HubRefusalException refused)
        {
            return new DemoForgery(what, expected, refused.Refusal.Code);
        }
    }

    /// <summary>Another subject in the payload of a JWS, with the old signature.</summary>
    private static byte[] Altered(ReadOnlySpan<byte> jws)
    {
        var parts = Encoding.ASCII.GetString(jws).Split('.');
        var payload = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]));
        var changed = payload.Replace("\"subject\":\"", "\"subject\":\"KHẨN: ", StringComparison.Ordinal);
        return Encoding.ASCII.GetBytes($"{parts[0]}.{System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(changed))}.{parts[2]}");
    }

    private async Task<byte[]> ImpersonatedAsync(CancellationToken cancellationToken) =>
        await EnvelopeCodec.SignAsync(Letter("H06/qlvb", "H06.44"), EnvelopeEncoding.Json, world[Commune].Client.Signer, cancellationToken);

    private async Task<byte[]> PastItsDistrictAsync(CancellationToken cancellationToken) =>
        await EnvelopeCodec.SignAsync(Letter(Commune, "G22"), EnvelopeEncoding.Json, world[Commune].Client.Signer, cancellationToken);

    private Envelope Letter(string from, string to)
    {
        var now = world[Commune].Client.Clock.GetUtcNow();
        return new Envelope
        {
            Id = Guid.CreateVersion7(now).ToString(),
            Type = MessageType.Parse("vn.document.v1"),
            From = SystemAddress.Parse(from),
            To = [new Recipient(RecipientAddress.Parse(to))],
            Created = Answers.Milliseconds(now),
            Subject = "Thử giả mạo",
        };
    }
}
