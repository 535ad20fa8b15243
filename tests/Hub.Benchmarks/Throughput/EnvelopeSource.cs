using System.Collections.Concurrent;
using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Signatures;

namespace Hub.Benchmarks.Throughput;

/// <summary>A signed envelope ready to be sent.</summary>
internal sealed record SignedEnvelope(string Key, byte[] Octets, byte[] Sha256);

/// <summary>Makes signed envelopes: as many as fit in memory before the clock starts, the rest on the fly.</summary>
internal sealed class EnvelopeSource(GeneratorSettings settings, TimeProvider clock)
{
    private readonly SystemAddress _from = SystemAddress.Parse(settings.From);
    private readonly LocalSigner _signer = LocalSigner.FromPem(settings.KeyId, settings.KeyPem, Enum.Parse<SignatureAlgorithm>(settings.Algorithm, ignoreCase: true));
    private readonly EnvelopeEncoding _encoding = settings.Encoding == "xml" ? EnvelopeEncoding.Xml : EnvelopeEncoding.Json;
    private readonly string _run = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
    private readonly ConcurrentQueue<SignedEnvelope> _ready = new();
    private long _next;

    internal string ContentType => EnvelopeCodec.MediaTypeOf(_encoding);

    internal LocalSigner Signer => _signer;

    /// <summary>Signs ahead for as long as memory allows.</summary>
    internal async Task<int> PresignAsync(long most)
    {
        var bytes = 0L;
        await Parallel.ForEachAsync(Enumerable.Range(0, (int)Math.Min(most, int.MaxValue)), async (_, stop) =>
        {
            if (Interlocked.Read(ref bytes) > settings.PresignBytes) return;
            var envelope = await MakeAsync();
            Interlocked.Add(ref bytes, envelope.Octets.Length + 200);
            _ready.Enqueue(envelope);
        });
        return _ready.Count;
    }

    internal ValueTask<SignedEnvelope> NextAsync() =>
        _ready.TryDequeue(out var envelope) ? ValueTask.FromResult(envelope) : MakeAsync();

    private async ValueTask<SignedEnvelope> MakeAsync()
    {
        var number = Interlocked.Increment(ref _next);
        var envelope = new Envelope
        {
            Id = $"{_run}-{number}",
            Type = MessageType.Parse("vn.document.v1"),
            From = _from,
            To = [new Recipient(RecipientAddress.Parse(settings.Recipients[(int)(number % settings.Recipients.Count)]))],
            Created = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds()),
            Subject = $"Văn bản số {number}",
            Payload = MakePayload(),
        };
        var octets = await EnvelopeCodec.SignAsync(envelope, _encoding, _signer);
        return new SignedEnvelope(envelope.Key.Value, octets, SHA256.HashData(octets));
    }

    private Payload MakePayload()
    {
        var filler = Convert.ToBase64String(RandomNumberGenerator.GetBytes(settings.PayloadBytes * 3 / 4));
        return _encoding == EnvelopeEncoding.Json
            ? new Payload { Form = PayloadForm.Json, MediaType = "application/json", Data = System.Text.Encoding.UTF8.GetBytes($"{{\"text\":\"{filler}\"}}") }
            : new Payload { Form = PayloadForm.Xml, MediaType = "application/xml", Data = System.Text.Encoding.UTF8.GetBytes(XmlOf(filler)) };
    }

    /// <summary>Element-rich XML, as official documents are: one element to about sixty bytes of text.</summary>
    private static string XmlOf(string filler)
    {
        var text = new System.Text.StringBuilder("<Document xmlns=\"urn:hub:vn:document:1\">");
        for (var i = 0; i < filler.Length; i += 60) text.Append("<Line>").Append(filler.AsSpan(i, Math.Min(60, filler.Length - i))).Append("</Line>");
        return text.Append("</Document>").ToString();
    }
}
