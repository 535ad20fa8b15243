using System.Text;
using Hub.Contracts.Problems;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Hub.Core.Registry;

/// <summary>Replaces <c>file:</c> of keys and anchors by <c>pem:</c>, and of the schemas of services by <c>text:</c>, with the
/// file's text, as <c>hub import</c> does on the operator's machine before it sends the document. Everything else stays as
/// written, on the same lines, so that mistakes are reported with the operator's own line numbers.</summary>
public static class RegistryFiles
{
    /// <summary>Replaces every file.</summary>
    /// <param name="yaml">The document.</param>
    /// <param name="read">Gives the text of a file as named in the document, usually relative to it.</param>
    /// <exception cref="ProblemException"><c>registry-invalid</c> listing every file that cannot be read, or the place
    /// where the text is no YAML.</exception>
    public static string Inline(string yaml, Func<string, string> read)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(read);
        var mistakes = new Documents.Mistakes();
        var text = new StringBuilder();
        var copied = 0;
        foreach (var (member, key, file) in Find(yaml, mistakes))
        {
            string content;
            try
            {
                content = read(file.Value);
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                mistakes.Add(file.Start.Line, "file", $"'{file.Value}' cannot be read: {unreadable.Message}");
                continue;
            }

            text.Append(yaml, copied, (int)key.Start.Index - copied).Append(member).Append(": ").Append(Documents.DocumentWriter.Quote(content));
            copied = (int)file.End.Index;
        }

        mistakes.ThrowIfAny();
        return text.Append(yaml, copied, yaml.Length - copied).ToString();
    }

    /// <summary>Every <c>file</c> member within a list of keys or anchors or within a schema, in order: the member to write
    /// instead, the name as written, and the file.</summary>
    private static List<(string Member, Scalar Key, Scalar File)> Find(string yaml, Documents.Mistakes mistakes)
    {
        var found = new List<(string, Scalar, Scalar)>();
        try
        {
            var events = new Documents.YamlEvents(yaml);
            var path = new Stack<Container>();
            while (events.TryMove())
            {
                var at = events.Current;
                if (at is MappingEnd or SequenceEnd)
                {
                    path.Pop();
                    continue;
                }

                if (at is not NodeEvent and not AnchorAlias) continue;
                var inside = path.TryPeek(out var container) && container.IsMapping;
                if (inside && container!.Name is null)
                {
                    container.Name = at as Scalar ?? throw new YamlException(at.Start, at.End, "A key must be plain text.");
                    continue;
                }

                if (at is Scalar value && inside && container!.Name!.Value == "file" && Instead(path) is { } member) found.Add((member, container.Name, value));
                if (inside) container!.LastName = container.Name!.Value;
                if (inside) container!.Name = null;
                if (at is MappingStart or SequenceStart) path.Push(new Container(at is MappingStart, inside ? container!.LastName : null));
                if (path.Count > Documents.YamlReader.MaxDepth) throw new YamlException(at.Start, at.End, "Nested too deep.");
            }
        }
        catch (YamlException broken)
        {
            mistakes.Add(broken.Start.Line, "document", $"Not readable as strict YAML: {broken.Message}");
        }

        return found;
    }

    /// <summary>The member that takes the text of a file, by the innermost container; null when it names no file.</summary>
    private static string? Instead(Stack<Container> path) => path.Skip(1).FirstOrDefault() switch
    {
        { IsMapping: false, Member: "keys" or "anchors" } => "pem",
        { IsMapping: true } when path.Peek() is { Member: "schema" } => "text",
        _ => null,
    };

    /// <param name="IsMapping">A mapping, else a sequence.</param>
    /// <param name="Member">Name under which it stands in its own mapping, if it does.</param>
    private sealed record Container(bool IsMapping, string? Member)
    {
        internal Scalar? Name { get; set; }

        internal string? LastName { get; set; }
    }
}
