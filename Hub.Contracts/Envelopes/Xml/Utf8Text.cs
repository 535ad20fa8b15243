using System.Text;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>Strict UTF-8 octets as text for an XML parser. No other encoding is ever guessed or switched to; a byte order
/// mark at the start is skipped; invalid octets throw <see cref="DecoderFallbackException"/>.</summary>
internal sealed class Utf8Text : TextReader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Decoder _decoder = Strict.GetDecoder();
    private ReadOnlyMemory<byte> _rest;
    private bool _ended;
    private char _held;

    internal Utf8Text(ReadOnlyMemory<byte> octets) =>
        _rest = octets.Span.StartsWith("\uFEFF"u8) ? octets[3..] : octets;

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int Read(Span<char> buffer)
    {
        if (buffer.IsEmpty) return 0;
        if (_held != '\0')
        {
            buffer[0] = _held;
            _held = '\0';
            return 1;
        }

        if (buffer.Length > 1) return Decode(buffer);
        Span<char> two = stackalloc char[2];
        var decoded = Decode(two);
        if (decoded > 1) _held = two[1];
        if (decoded > 0) buffer[0] = two[0];
        return Math.Min(decoded, 1);
    }

    public override int Read() => throw new NotSupportedException("The XML parser reads blocks, not single characters.");

    public override int Peek() => throw new NotSupportedException("The XML parser reads blocks, not single characters.");

    private int Decode(Span<char> buffer)
    {
        if (_ended) return 0;
        _decoder.Convert(_rest.Span, buffer, flush: true, out var used, out var written, out _ended);
        _rest = _rest[used..];
        return written;
    }
}
