using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Envelopes.Json;

/// <summary>Walks one JSON document strictly, without a tree: every value has the type asked for, no member comes twice,
/// nothing follows the end. Faults become problems of one code that name the place.</summary>
internal ref struct JsonCursor
{
    private readonly ReadOnlyMemory<byte> _text;
    private readonly ProblemCode _code;
    private readonly string _document;
    private readonly int _maxNodes;
    private Utf8JsonReader _reader;
    private int _nodes;

    internal JsonCursor(ReadOnlyMemory<byte> text, ProblemCode code, string document, int maxDepth, int maxNodes)
    {
        _text = text;
        _code = code;
        _document = document;
        _maxNodes = maxNodes;
        if (!Utf8.IsValid(text.Span)) throw Fault("is not valid UTF-8");
        if (text.Span.StartsWith("\uFEFF"u8)) throw Fault("begins with a byte order mark; leave it out");
        _reader = new Utf8JsonReader(text.Span, new JsonReaderOptions { MaxDepth = maxDepth });
    }

    /// <summary>Enters the document's outermost object.</summary>
    internal void Begin()
    {
        Read();
        BeginObject("the document");
    }

    /// <summary>Checks that the value at hand is an object.</summary>
    internal readonly void BeginObject(string field) => Expect(JsonTokenType.StartObject, field, "an object");

    /// <summary>Checks that the value at hand is an array.</summary>
    internal readonly void BeginArray(string field) => Expect(JsonTokenType.StartArray, field, "an array");

    /// <summary>Moves to the next member's value; false at the object's end.</summary>
    /// <param name="seen">The names met in this object so far.</param>
    /// <param name="name">The member's name.</param>
    internal bool NextMember(List<string> seen, out string name)
    {
        Read();
        name = "";
        if (_reader.TokenType == JsonTokenType.EndObject) return false;
        name = Unescaped("a member's name");
        if (seen.Contains(name)) throw Fault($"has the member {TextRules.Quote(name)} twice in one object");
        seen.Add(name);
        Read();
        return true;
    }

    /// <summary>Moves to the next entry; false at the array's end.</summary>
    internal bool NextEntry()
    {
        Read();
        return _reader.TokenType != JsonTokenType.EndArray;
    }

    /// <summary>Checks that nothing follows the outermost object.</summary>
    internal void End()
    {
        if (TryRead()) throw Fault("goes on after its end");
    }

    /// <summary>Whether the value at hand is a string.</summary>
    internal readonly bool IsText => _reader.TokenType == JsonTokenType.String;

    internal string Text(string field)
    {
        Expect(JsonTokenType.String, field, "a string");
        return Unescaped(field);
    }

    /// <summary>An integer written without fraction and exponent.</summary>
    internal readonly long Integer(string field)
    {
        Expect(JsonTokenType.Number, field, "an integer");
        return !_reader.ValueSpan.ContainsAny(".eE"u8) && !_reader.ValueSpan.SequenceEqual("-0"u8) && _reader.TryGetInt64(out var value)
            ? value
            : throw Fault($"has the number {TextRules.Quote(Encoding.UTF8.GetString(_reader.ValueSpan))} in '{field}'; write a plain integer");
    }

    internal readonly bool Boolean(string field) => _reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw WrongType(field, "true or false"),
    };

    internal DateTimeOffset Time(string field)
    {
        var text = Text(field);
        return Rfc3339.TryParse(text, out var time)
            ? time
            : throw Fault($"has {TextRules.Quote(text)} in '{field}'; write an RFC 3339 time with at most three fraction digits");
    }

    /// <summary>Canonical, padded base64.</summary>
    internal byte[] Base64(string field)
    {
        Expect(JsonTokenType.String, field, "a base64 string");
        var digits = _reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(Unescaped(field)) : _reader.ValueSpan;
        return StrictBase64.TryDecode(digits, out var bytes)
            ? bytes
            : throw Fault($"has a value in '{field}' that is not canonical, padded base64");
    }

    /// <summary>The exact text of the value at hand, whatever it is.</summary>
    internal ReadOnlyMemory<byte> RawValue()
    {
        var start = (int)_reader.TokenStartIndex;
        if (_reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            var depth = _reader.CurrentDepth;
            do Read();
            while (_reader.CurrentDepth > depth);
        }

        return _text[start..(int)_reader.BytesConsumed];
    }

    internal readonly ProblemException Unknown(string name, string place) =>
        Fault($"has the unknown member {TextRules.Quote(name)} in {place}; only extensions may carry more");

    internal readonly ProblemException Missing(string field) => Fault($"lacks '{field}'");

    internal readonly ProblemException Fault(string what, Exception? inner = null) => _code.With($"The {_document} {what}.", inner);

    private readonly void Expect(JsonTokenType type, string field, string wanted)
    {
        if (_reader.TokenType != type) throw WrongType(field, wanted);
    }

    private readonly ProblemException WrongType(string field, string wanted) =>
        Fault($"has {_reader.TokenType} in '{field}', where {wanted} must stand; leave out what has no value");

    private readonly string Unescaped(string field)
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException fault)
        {
            throw Fault($"has a lone surrogate in '{field}'", fault);
        }
    }

    private void Read()
    {
        if (!TryRead()) throw Fault("ends too early");
    }

    private bool TryRead()
    {
        if (++_nodes > _maxNodes) throw ProblemCode.TooLarge.With($"The {_document} has more than {_maxNodes} tokens. Send large content as an attachment.");
        try
        {
            return _reader.Read();
        }
        catch (JsonException fault)
        {
            throw Fault($"is not strict JSON nested at most {_reader.CurrentState.Options.MaxDepth} deep (near byte {_reader.BytesConsumed})", fault);
        }
    }
}
