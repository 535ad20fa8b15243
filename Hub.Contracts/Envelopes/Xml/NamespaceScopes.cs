namespace Hub.Contracts.Envelopes.Xml;

/// <summary>Namespace bindings in scope, a frame per open element. Look-ups cost the same however many are in scope.</summary>
internal sealed class NamespaceScopes
{
    private readonly List<Entry> _entries = [];
    private readonly List<int> _frames = [];
    private readonly Dictionary<string, int> _innermost = new(StringComparer.Ordinal);

    internal void Push() => _frames.Add(_entries.Count);

    internal void Push(List<NamespaceBinding> declarations)
    {
        Push();
        foreach (var declaration in declarations) Bind(declaration);
    }

    internal void Bind(NamespaceBinding binding)
    {
        var shadowed = _innermost.GetValueOrDefault(binding.Prefix, -1);
        _innermost[binding.Prefix] = _entries.Count;
        _entries.Add(new Entry(binding, shadowed));
    }

    internal void Pop()
    {
        var start = _frames[^1];
        _frames.RemoveAt(_frames.Count - 1);
        for (var i = _entries.Count - 1; i >= start; i--)
        {
            var (binding, shadowed) = _entries[i];
            if (shadowed < 0) _innermost.Remove(binding.Prefix);
            else _innermost[binding.Prefix] = shadowed;
        }

        _entries.RemoveRange(start, _entries.Count - start);
    }

    /// <summary>The namespace of a prefix; empty when it has none.</summary>
    internal string Find(string prefix) =>
        _innermost.TryGetValue(prefix, out var at) ? _entries[at].Binding.Uri : "";

    /// <summary>As <see cref="Find"/>, as the innermost element's parent sees it.</summary>
    internal string FindOutside(string prefix)
    {
        var at = _innermost.GetValueOrDefault(prefix, -1);
        while (at >= _frames[^1]) at = _entries[at].Shadowed;
        return at < 0 ? "" : _entries[at].Binding.Uri;
    }

    /// <summary>Adds every prefix in scope that has a namespace.</summary>
    internal void AddAllTo(List<NamespaceBinding> target)
    {
        foreach (var at in _innermost.Values)
            if (_entries[at].Binding.Uri.Length > 0) target.Add(_entries[at].Binding);
    }

    private readonly record struct Entry(NamespaceBinding Binding, int Shadowed);
}
