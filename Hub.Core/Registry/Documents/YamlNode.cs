namespace Hub.Core.Registry.Documents;

/// <summary>A node of a strictly read YAML text, with the line it begins on (from 1).</summary>
internal abstract record YamlNode(long Line);

/// <summary>A scalar. <c>Quoted</c> tells the text <c>"null"</c> from nothing.</summary>
internal sealed record YamlScalar(long Line, string Text, bool Quoted) : YamlNode(Line)
{
    /// <summary>A number or boolean of JSON, which is no text; YAML does not tell them apart.</summary>
    internal bool Literal { get; init; }

    internal bool IsNull => !Quoted && Text is "" or "~" or "null" && !Quoted;
}

/// <summary>A sequence.</summary>
internal sealed record YamlSequence(long Line, IReadOnlyList<YamlNode> Items) : YamlNode(Line);

/// <summary>A mapping with text keys, each once.</summary>
internal sealed record YamlMapping(long Line, IReadOnlyDictionary<string, YamlNode> Members) : YamlNode(Line);
