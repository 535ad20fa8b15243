using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Hub.Core.Registry.Documents;

/// <summary>Reads YAML text into a tree, strictly: one document, no anchors, aliases, tags or directives, text keys each
/// once. Memory is bounded by the limits, which are applied while reading.</summary>
internal static class YamlReader
{
    /// <summary>Greatest text in characters (32 Mi).</summary>
    internal const int MaxLength = 32 * 1024 * 1024;

    /// <summary>Greatest nesting (12); a registry needs 6.</summary>
    internal const int MaxDepth = 12;

    /// <summary>Most nodes (4,000,000).</summary>
    internal const int MaxNodes = 4_000_000;

    /// <summary>Reads the root; null when the text cannot be read on, with the reason among the mistakes.</summary>
    internal static YamlMapping? Read(string text, Mistakes mistakes)
    {
        if (text.Length > MaxLength)
        {
            mistakes.Add(1, "document", $"The document has {text.Length} characters; the limit is {MaxLength}.");
            return null;
        }

        try
        {
            var root = new Cursor(new YamlEvents(text), mistakes).ReadDocument();
            if (root is YamlMapping mapping) return mapping;
            mistakes.Add(root.Line, "document", "The document must be a mapping that begins with 'hub:'.");
        }
        catch (YamlException broken)
        {
            mistakes.Add(broken.Start.Line, "document", $"Not readable as strict YAML: {broken.Message}");
        }

        return null;
    }

    private sealed class Cursor(YamlEvents events, Mistakes mistakes)
    {
        private int _nodes;

        internal YamlNode ReadDocument()
        {
            Next<StreamStart>();
            var start = Next<DocumentStart>();
            if (start.Version is not null || start.Tags is { Count: > 0 } && start.Tags.Any(t => !t.Handle.StartsWith('!') || t.Prefix is not ("!" or "tag:yaml.org,2002:")))
                throw Refuse(start, "YAML directives are not accepted.");
            Move();
            var root = ReadNode(1);
            Next<DocumentEnd>();
            Move();
            return Current is StreamEnd ? root : throw Refuse(Current, "Only one YAML document is accepted.");
        }

        private YamlNode ReadNode(int depth)
        {
            if (depth > MaxDepth) throw Refuse(Current, $"Nested deeper than {MaxDepth} levels.");
            if (++_nodes > MaxNodes) throw Refuse(Current, $"More than {MaxNodes} values.");
            if (Current is AnchorAlias) throw Refuse(Current, "Aliases are not accepted; write the value out.");
            if (Current is NodeEvent node && (!node.Anchor.IsEmpty || !node.Tag.IsEmpty))
                throw Refuse(node, "Anchors and tags are not accepted.");
            return Current switch
            {
                Scalar scalar => new YamlScalar(scalar.Start.Line, scalar.Value, scalar.Style != ScalarStyle.Plain),
                SequenceStart start => ReadSequence(start, depth),
                MappingStart start => ReadMapping(start, depth),
                _ => throw Refuse(Current, "A value was expected."),
            };
        }

        private YamlSequence ReadSequence(SequenceStart start, int depth)
        {
            var items = new List<YamlNode>();
            for (Move(); Current is not SequenceEnd; Move()) items.Add(ReadNode(depth + 1));
            return new YamlSequence(start.Start.Line, items);
        }

        private YamlMapping ReadMapping(MappingStart start, int depth)
        {
            var members = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
            for (Move(); Current is not MappingEnd; Move())
            {
                var place = Current;
                if (ReadNode(depth + 1) is not YamlScalar key) throw Refuse(place, "A key must be plain text.");
                Move();
                var value = ReadNode(depth + 1);
                if (!members.TryAdd(key.Text, value)) mistakes.Add(key.Line, key.Text, "This key stands twice in the same object.");
            }

            return new YamlMapping(start.Start.Line, members);
        }

        private ParsingEvent Current => events.Current;

        private void Move()
        {
            if (!events.TryMove()) throw new YamlException("The text ends too early.");
        }

        private T Next<T>()
            where T : ParsingEvent
        {
            Move();
            return Current as T ?? throw Refuse(Current, "The document is empty or has a form that is not accepted.");
        }

        private static YamlException Refuse(ParsingEvent at, string why) => new(at.Start, at.End, why);
    }
}
