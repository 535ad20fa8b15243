using System.Text;
using System.Xml;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Envelopes.Xml;

/// <summary>What <see cref="CanonicalReader.Next"/> stands on.</summary>
internal enum XmlPart
{
    /// <summary>A start tag, in <see cref="CanonicalReader.Start"/>.</summary>
    Start,

    /// <summary>Some text, in <see cref="CanonicalReader.Chunk"/>; one text may come in several chunks.</summary>
    Text,

    /// <summary>An end tag; every start has one.</summary>
    End,

    /// <summary>The end of the document.</summary>
    Finished,
}

/// <summary>One pass over a document: what its caller is shown is what goes, in canonical form, into the hash. Applies the
/// limits; refuses everything that the profile has no place for.</summary>
internal sealed class CanonicalReader : IDisposable
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        ConformanceLevel = ConformanceLevel.Document,
        CheckCharacters = true,
        CloseInput = true,
    };

    private readonly XmlReader _reader;
    private readonly Func<XmlPart> _advance;
    private readonly CanonicalWriter _writer;
    private readonly OctetSink _sink;
    private readonly EnvelopeLimits _limits;
    private readonly Stack<string> _names = new();
    private readonly char[] _chunk = new char[4096];
    private int _chunkLength;
    private char _carry;
    private int _nodes;
    private bool _pendingStart, _pendingEnd, _inText, _leaveOut;
    private int? _captureLimit;
    private int _captureDepth, _leaveOutDepth;

    /// <summary>Begins before the document's element.</summary>
    /// <exception cref="ProblemException"><c>too-large</c>, or a DTD.</exception>
    internal CanonicalReader(ReadOnlyMemory<byte> octets, OctetSink sink, CanonicalWriter writer, EnvelopeLimits limits)
    {
        if (octets.Length > limits.MaxBytes)
            throw ProblemCode.TooLarge.With($"The XML has {octets.Length} bytes; the limit is {limits.MaxBytes}. Send large content as an upload.");
        TagScan.Check(octets.Span, limits.MaxAttributes);
        _sink = sink;
        _writer = writer;
        _limits = limits;
        _advance = Advance;
        _reader = Guarded(() => XmlReader.Create(new Utf8Text(octets), Settings));
    }

    /// <summary>The start tag last reached.</summary>
    internal ElementStart Start { get; } = new();

    /// <summary>The text last reached.</summary>
    internal ReadOnlySpan<char> Chunk => _chunk.AsSpan(0, _chunkLength);

    /// <summary>Open elements, the one just started included and the one just ended not.</summary>
    internal int Depth => _names.Count;

    /// <summary>The octets of the element last captured.</summary>
    internal ReadOnlyMemory<byte> Captured { get; private set; }

    internal IReadOnlyCollection<string> Uncovered => _writer.Uncovered;

    /// <summary>Right after a start: keep this element's canonical form, standing alone, in <see cref="Captured"/>.</summary>
    /// <param name="maxBytes">How long it may be; a longer one is <c>too-large</c> as soon as that is seen.</param>
    internal void CaptureElement(int maxBytes) => _captureLimit = maxBytes;

    /// <summary>Right after a start: leave this element out of the hash.</summary>
    internal void LeaveOutElement() => _leaveOut = true;

    /// <summary>Moves on.</summary>
    /// <exception cref="ProblemException">The document is not well-formed, outside the profile or beyond a limit.</exception>
    internal XmlPart Next() => Guarded(_advance);

    public void Dispose() => _reader.Dispose();

    private static T Guarded<T>(Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (XmlException fault)
        {
            throw ProblemCode.MalformedEnvelope.With($"Not well-formed XML 1.0 at line {fault.LineNumber}, position {fault.LinePosition}.", fault);
        }
        catch (DecoderFallbackException fault)
        {
            throw ProblemCode.MalformedEnvelope.With("The octets are not valid UTF-8, the only encoding of envelopes.", fault);
        }
    }

    private XmlPart Advance()
    {
        if (_pendingStart) WriteStart();
        if (_pendingEnd)
        {
            _pendingEnd = false;
            return EndElement();
        }

        if (_inText && ReadChunk()) return XmlPart.Text;
        while (_reader.Read())
        {
            if (++_nodes > _limits.MaxNodes) throw TooManyNodes();
            switch (_reader.NodeType)
            {
                case XmlNodeType.Element:
                    return StartElement();
                case XmlNodeType.EndElement:
                    return EndElement();
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    // Around the document's element there is only white space, and no canonical form keeps it.
                    if (Depth > 0 && ReadChunk()) return XmlPart.Text;
                    break;
                case XmlNodeType.XmlDeclaration:
                    CheckDeclaration();
                    break;
                case XmlNodeType.Comment:
                    throw ProblemCode.UnsupportedProfile.With("The document has a comment. Envelopes have none: remove it before signing.");
                case XmlNodeType.ProcessingInstruction:
                    throw ProblemCode.UnsupportedProfile.With("The document has a processing instruction. Envelopes have none: remove it before signing.");
                default:
                    throw ProblemCode.MalformedEnvelope.With($"The document has a node of kind {_reader.NodeType}. Envelopes have elements, attributes and text only.");
            }
        }

        return XmlPart.Finished;
    }

    private XmlPart StartElement()
    {
        if (Depth == _limits.MaxDepth)
            throw ProblemCode.MalformedEnvelope.With($"Elements are nested deeper than {_limits.MaxDepth}, the limit.");
        if (_reader.AttributeCount > _limits.MaxAttributes)
            throw ProblemCode.TooLarge.With($"An element has {_reader.AttributeCount} attributes, namespace declarations included; the limit is {_limits.MaxAttributes}.");
        Start.Load(_reader);
        _nodes += Start.Attributes.Count + Start.Declarations.Count;
        if (_nodes > _limits.MaxNodes) throw TooManyNodes();
        _names.Push(Start.Name);
        _writer.Enter(Start);
        _pendingStart = true;
        _pendingEnd = Start.IsEmpty;
        return XmlPart.Start;
    }

    private void WriteStart()
    {
        _pendingStart = false;
        if (_leaveOut)
        {
            _sink.Hashing = false;
            _leaveOutDepth = Depth;
        }

        if (_captureLimit is { } captureLimit)
        {
            var hashing = _sink.Hashing;
            if (hashing) _writer.WriteStart(Start, apex: false);
            _sink.Hashing = false;
            _sink.StartCapture(captureLimit);
            _writer.WriteStart(Start, apex: true);
            _sink.Hashing = hashing;
            _captureDepth = Depth;
        }
        else if (_sink.Active)
        {
            _writer.WriteStart(Start, apex: false);
        }

        _captureLimit = null;
        _leaveOut = false;
    }

    private XmlPart EndElement()
    {
        var depth = Depth;
        var name = _names.Pop();
        if (_sink.Active) _writer.WriteEnd(name);
        _writer.Leave();
        if (depth == _captureDepth)
        {
            Captured = _sink.StopCapture();
            _captureDepth = 0;
        }

        if (depth == _leaveOutDepth)
        {
            _sink.Hashing = true;
            _leaveOutDepth = 0;
        }

        return XmlPart.End;
    }

    private bool ReadChunk()
    {
        var kept = 0;
        if (_carry != '\0') _chunk[kept++] = _carry;
        _carry = '\0';
        _chunkLength = kept + _reader.ReadValueChunk(_chunk, kept, _chunk.Length - kept);
        if (_chunkLength > 1 && char.IsHighSurrogate(_chunk[_chunkLength - 1])) _carry = _chunk[--_chunkLength];
        _inText = _chunkLength > 0;
        if (_inText && _sink.Active) _sink.WriteText(Chunk);
        return _inText;
    }

    private void CheckDeclaration()
    {
        if (_reader.GetAttribute("encoding") is { } encoding && !encoding.Equals("UTF-8", StringComparison.OrdinalIgnoreCase))
            throw ProblemCode.MalformedEnvelope.With($"The XML declaration names the encoding {TextRules.Quote(encoding)}; envelopes are UTF-8.");
    }

    private ProblemException TooManyNodes() =>
        ProblemCode.TooLarge.With($"The document has more than {_limits.MaxNodes} nodes, the limit. Send large content as an attachment.");
}
