using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>Where canonical octets go: into a hash, into memory, both or neither, switched while writing.</summary>
internal sealed class OctetSink : IDisposable
{
    private const int Size = 16 * 1024;
    private static readonly SearchValues<char> InText = SearchValues.Create("&<>\r");
    private static readonly SearchValues<char> InAttribute = SearchValues.Create("&<\"\t\n\r");

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(Size);
    private readonly IncrementalHash? _hash;
    private ArrayBufferWriter<byte>? _captured;
    private int _captureLimit;
    private int _used;
    private bool _hashing;

    /// <summary>A sink that hashes from the start, or one without a hash.</summary>
    internal OctetSink(HashAlgorithmName? hash)
    {
        if (hash is null) return;
        _hash = IncrementalHash.CreateHash(hash.Value);
        _hashing = true;
    }

    /// <summary>Whether anybody wants what is written now.</summary>
    internal bool Active => _hashing || _captured is not null;

    internal bool Hashing
    {
        get => _hashing;
        set
        {
            Flush();
            _hashing = value;
        }
    }

    /// <summary>Keeps what is written from now on; canonical form may be six times as long as what the parser read.</summary>
    /// <param name="maxBytes">How much at most; beyond it, writing throws <c>too-large</c>.</param>
    internal void StartCapture(int maxBytes)
    {
        Flush();
        _captured = new ArrayBufferWriter<byte>();
        _captureLimit = maxBytes;
    }

    internal ReadOnlyMemory<byte> StopCapture()
    {
        Flush();
        var captured = _captured!.WrittenMemory;
        _captured = null;
        return captured;
    }

    internal byte[] HashValue()
    {
        Flush();
        return _hash!.GetHashAndReset();
    }

    internal void Write(char ascii)
    {
        if (_used == Size) Flush();
        _buffer[_used++] = (byte)ascii;
    }

    internal void Write(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            if (_used == Size) Flush();
            var part = octets[..Math.Min(octets.Length, Size - _used)];
            part.CopyTo(_buffer.AsSpan(_used));
            _used += part.Length;
            octets = octets[part.Length..];
        }
    }

    internal void Write(ReadOnlySpan<char> text)
    {
        const int most = Size / 4;
        while (!text.IsEmpty)
        {
            var length = Math.Min(text.Length, most);
            if (length < text.Length && char.IsHighSurrogate(text[length - 1])) length--;
            if (_used + length * 3 > Size) Flush();
            _used += Encoding.UTF8.GetBytes(text[..length], _buffer.AsSpan(_used));
            text = text[length..];
        }
    }

    internal void WriteText(ReadOnlySpan<char> text) => WriteEscaped(text, InText);

    internal void WriteAttribute(ReadOnlySpan<char> value) => WriteEscaped(value, InAttribute);

    public void Dispose()
    {
        _hash?.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private void WriteEscaped(ReadOnlySpan<char> text, SearchValues<char> specials)
    {
        while (true)
        {
            var at = text.IndexOfAny(specials);
            if (at < 0) break;
            Write(text[..at]);
            Write(text[at] switch
            {
                '&' => "&amp;"u8,
                '<' => "&lt;"u8,
                '>' => "&gt;"u8,
                '"' => "&quot;"u8,
                '\t' => "&#x9;"u8,
                '\n' => "&#xA;"u8,
                _ => "&#xD;"u8,
            });
            text = text[(at + 1)..];
        }

        Write(text);
    }

    private void Flush()
    {
        if (_used == 0) return;
        var octets = _buffer.AsSpan(0, _used);
        if (_hashing) _hash!.AppendData(octets);
        _used = 0;
        if (_captured is null) return;
        if (octets.Length > _captureLimit - _captured.WrittenCount)
            throw ProblemCode.TooLarge.With($"An element has more than {_captureLimit} bytes in canonical form, the limit. Send large content as an upload.");
        _captured.Write(octets);
    }
}
