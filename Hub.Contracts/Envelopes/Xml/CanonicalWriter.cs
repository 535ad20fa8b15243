namespace Hub.Contracts.Envelopes.Xml;

/// <summary>Writes elements in Canonical XML 1.0 or Exclusive XML Canonicalization 1.0, both without comments.</summary>
/// <remarks>Attributes <c>xml:*</c> of elements above a subset's apex are not carried down to it: the profile refuses
/// them there, so there are none.</remarks>
internal sealed class CanonicalWriter(OctetSink sink, CanonicalForm form, IReadOnlyCollection<string> inclusivePrefixes)
{
    /// <summary>Most prefixes in one <c>InclusiveNamespaces</c>.</summary>
    internal const int MaxInclusivePrefixes = 100;

    private readonly NamespaceScopes _inScope = new();
    private readonly NamespaceScopes _rendered = new();
    private readonly List<NamespaceBinding> _render = [];
    private readonly HashSet<string> _uncovered = new(StringComparer.Ordinal);

    /// <summary>The prefixes (empty for the default namespace) that some hashed element declared without using them itself.
    /// For all others, inclusive and exclusive canonicalisation of the hashed document are the same octets.
    /// At most one more than any signature can list is kept.</summary>
    internal IReadOnlyCollection<string> Uncovered => _uncovered;

    /// <summary>Opens an element without writing it.</summary>
    internal void Enter(ElementStart element)
    {
        _inScope.Push(element.Declarations);
        if (form == CanonicalForm.Exclusive) _rendered.Push();
    }

    /// <summary>Closes the innermost element without writing it.</summary>
    internal void Leave()
    {
        _inScope.Pop();
        if (form == CanonicalForm.Exclusive) _rendered.Pop();
    }

    /// <summary>Writes the start tag of the element just entered.</summary>
    /// <param name="element">The element.</param>
    /// <param name="apex">Whether it is the top of a subset that stands alone.</param>
    internal void WriteStart(ElementStart element, bool apex)
    {
        sink.Write('<');
        sink.Write(element.Name);
        _render.Clear();
        if (form == CanonicalForm.Exclusive) CollectExclusive(element);
        else if (apex) _inScope.AddAllTo(_render);
        else CollectDeclared(element);
        if (_render.Count > 1) _render.Sort(CanonicalOrder.Namespaces);
        foreach (var binding in _render) WriteDeclaration(binding);
        if (element.Attributes.Count > 1) element.Attributes.Sort(CanonicalOrder.Attributes);
        foreach (var attribute in element.Attributes)
        {
            sink.Write(' ');
            sink.Write(attribute.Name);
            sink.Write("=\""u8);
            sink.WriteAttribute(attribute.Value);
            sink.Write('"');
        }

        sink.Write('>');
    }

    internal void WriteEnd(string name)
    {
        sink.Write("</"u8);
        sink.Write(name);
        sink.Write('>');
    }

    private void WriteDeclaration(NamespaceBinding binding)
    {
        sink.Write(" xmlns"u8);
        if (binding.Prefix.Length > 0)
        {
            sink.Write(':');
            sink.Write(binding.Prefix);
        }

        sink.Write("=\""u8);
        sink.WriteAttribute(binding.Uri);
        sink.Write('"');
    }

    private void CollectDeclared(ElementStart element)
    {
        foreach (var binding in element.Declarations)
        {
            if (_inScope.FindOutside(binding.Prefix) == binding.Uri) continue;
            _render.Add(binding);
            if (sink.Hashing && _uncovered.Count <= MaxInclusivePrefixes && !element.Uses(binding.Prefix)) _uncovered.Add(binding.Prefix);
        }
    }

    private void CollectExclusive(ElementStart element)
    {
        RenderIfNew(element.Prefix);
        foreach (var attribute in element.Attributes)
            if (attribute.Prefix.Length > 0) RenderIfNew(attribute.Prefix);
        foreach (var prefix in inclusivePrefixes) RenderIfNew(prefix);
    }

    private void RenderIfNew(string prefix)
    {
        var uri = _inScope.Find(prefix);
        if (_rendered.Find(prefix) == uri || (prefix.Length > 0 && uri.Length == 0)) return;
        var binding = new NamespaceBinding(prefix, uri);
        _rendered.Bind(binding);
        _render.Add(binding);
    }
}
