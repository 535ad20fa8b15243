using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Hub.Contracts.Trail;

namespace Hub.Core.Trail;

/// <summary>Writes the body of an entry as canonical JSON (RFC 8785) without a tree of nodes: for the two kinds that every message
/// makes. The caller gives members in canonical order.</summary>
internal sealed class EntryText
{
    private const long MostExact = 1L << 53;

    /// <summary>Characters that stand for themselves.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(static c => (char)c).Where(static c => c is not ('"' or '\\'))]);

    private readonly ArrayBufferWriter<byte> _text = new(768);
    private bool _first = true;

    internal EntryText Open()
    {
        Next();
        _text.Write("{"u8);
        _first = true;
        return this;
    }

    internal EntryText Close()
    {
        _text.Write("}"u8);
        _first = false;
        return this;
    }

    internal EntryText OpenList(ReadOnlySpan<byte> name)
    {
        Name(name);
        _text.Write("["u8);
        _first = true;
        return this;
    }

    internal EntryText CloseList()
    {
        _text.Write("]"u8);
        _first = false;
        return this;
    }

    internal EntryText Add(ReadOnlySpan<byte> name, string value)
    {
        Name(name);
        if (value.AsSpan().ContainsAnyExcept(Plain))
        {
            _text.Write(CanonicalJson.Serialize(JsonValue.Create(value)));
            return this;
        }

        _text.Write("\""u8);
        Encoding.ASCII.GetBytes(value, _text);
        _text.Write("\""u8);
        return this;
    }

    /// <exception cref="ArgumentException">The number is not exact as a double.</exception>
    internal EntryText Add(ReadOnlySpan<byte> name, long value)
    {
        if (value is < -MostExact or > MostExact) throw new ArgumentException($"The integer {value} is not exact as a double.", nameof(value));
        Name(name);
        Utf8Formatter.TryFormat(value, _text.GetSpan(20), out var written);
        _text.Advance(written);
        return this;
    }

    internal byte[] ToArray() => _text.WrittenSpan.ToArray();

    private void Name(ReadOnlySpan<byte> name)
    {
        Next();
        _text.Write("\""u8);
        _text.Write(name);
        _text.Write("\":"u8);
    }

    private void Next()
    {
        if (!_first) _text.Write(","u8);
        _first = false;
    }
}
