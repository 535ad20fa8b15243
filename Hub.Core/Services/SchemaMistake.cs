namespace Hub.Core.Services;

/// <summary>Something that keeps a schema from being registered.</summary>
/// <param name="Place">Where: a JSON Pointer (RFC 6901) into a JSON Schema, or <c>line N</c> of an XSD; empty for the whole.</param>
/// <param name="Detail">What is wrong, and what to do.</param>
public sealed record SchemaMistake(string Place, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => Place.Length == 0 ? Detail : $"{Place}: {Detail}";
}

/// <summary>A place of a payload that breaks its schema. Free of content: it names rules, never values.</summary>
/// <param name="Place">A JSON Pointer into the payload, empty for the whole; for XML <c>line N, position M</c> with the element's name.</param>
/// <param name="Rule">The rule that is broken.</param>
public sealed record SchemaFault(string Place, string Rule);
