using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Hub.Core.Registry.Documents;

/// <summary>The parser's events, one by one. Some malformed texts make the parser fail with exceptions of other kinds than
/// its own; here every failure is a <see cref="YamlException"/> with a place.</summary>
internal sealed class YamlEvents(string text)
{
    private readonly Parser _parser = new(new Scanner(new StringReader(text)));

    /// <summary>The event now; throws before the first and after the last.</summary>
    internal ParsingEvent Current => _parser.Current ?? throw new YamlException("The text ends too early.");

    /// <summary>Goes on; false at the end.</summary>
    internal bool TryMove()
    {
        var place = _parser.Current;
        try
        {
            return _parser.MoveNext();
        }
        catch (Exception failure) when (failure is not YamlException and not OutOfMemoryException)
        {
            throw new YamlException(place?.Start ?? Mark.Empty, place?.End ?? Mark.Empty, "The text after this place is malformed.", failure);
        }
    }
}
