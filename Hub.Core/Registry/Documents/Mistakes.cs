using Hub.Contracts.Problems;

namespace Hub.Core.Registry.Documents;

/// <summary>Collects every mistake of a document, so that they are reported together. Keeps the first 500, counts all.</summary>
internal sealed class Mistakes
{
    private const int MaxListed = 500;
    private readonly List<ProblemItem> _items = [];
    private int _count;

    internal bool Any => _count > 0;

    /// <summary>How many there are, listed or not.</summary>
    internal int Count => _count;

    /// <param name="line">Where it stands in a text; 0: it stands in none, and the path alone names the place.</param>
    /// <param name="path">The path of members.</param>
    /// <param name="detail">What is wrong.</param>
    /// <param name="code">Which problem it is; null: <c>registry-invalid</c>.</param>
    internal void Add(long line, string path, string detail, ProblemCode? code = null)
    {
        _count++;
        if (_items.Count < MaxListed) _items.Add(new ProblemItem(line == 0 ? path : $"line {line}: {path}", code ?? ProblemCode.RegistryInvalid, detail));
    }

    /// <exception cref="ProblemException"><c>registry-invalid</c> with all of them; or the code that all of them have.</exception>
    internal void ThrowIfAny()
    {
        if (!Any) return;
        var listed = _count > _items.Count ? $" (the first {_items.Count} are listed)" : "";
        throw new ProblemException(new Problem(
            _items.TrueForAll(i => i.Code == _items[0].Code) ? _items[0].Code : ProblemCode.RegistryInvalid,
            $"The registry {(_items[0].Subject.StartsWith("line ", StringComparison.Ordinal) ? "document" : "change")} has {_count} mistake(s){listed}; nothing was changed. First: {_items[0].Subject}: {_items[0].Detail}")
        {
            Items = _items,
        });
    }
}
