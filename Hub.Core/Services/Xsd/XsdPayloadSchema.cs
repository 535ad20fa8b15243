using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Schema;
using Hub.Contracts.Envelopes;

namespace Hub.Core.Services.Xsd;

/// <summary>A compiled XML Schema. A payload is read as a stream; its root must be one of the schema's global elements.</summary>
/// <remarks>Patterns of XSD run on a matcher that can backtrack: the process bounds each match
/// (<see cref="PatternTime.Bound"/>), and a validation ends once it has taken <see cref="MostTime"/>.</remarks>
internal sealed class XsdPayloadSchema(XmlSchemaSet schemas, IReadOnlySet<XmlQualifiedName> roots) : IPayloadSchema
{
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public PayloadForm Form => PayloadForm.Xml;

    /// <inheritdoc/>
    public IReadOnlyList<SchemaFault> Validate(ReadOnlyMemory<byte> payload)
    {
        var faults = new List<SchemaFault>();
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            ValidationType = ValidationType.Schema,
            // Neither schemaLocation nor schemas within the payload count.
            ValidationFlags = XmlSchemaValidationFlags.ProcessIdentityConstraints,
            Schemas = schemas,
            MaxCharactersInDocument = EnvelopeLimits.Default.MaxBytes,
        };
        var element = "";
        settings.ValidationEventHandler += (_, fault) => faults.Add(new SchemaFault(Place(fault.Exception, element), Rule(fault.Exception)));
        var started = Stopwatch.GetTimestamp();
        using var octets = new MemoryStream(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(payload, out var array) ? array.Array! : payload.ToArray(), array.Offset, payload.Length, writable: false);
        using var reader = XmlReader.Create(octets, settings);
        try
        {
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element)
                {
                    element = reader.LocalName;
                    if (reader.Depth == 0 && !roots.Contains(new XmlQualifiedName(reader.LocalName, reader.NamespaceURI)))
                        return [new SchemaFault("line 1", $"the root is none of the schema's global elements ({string.Join(", ", roots.Take(5))})")];
                }

                if (faults.Count >= ServiceDialects.MaxFaults) break;
                if (Stopwatch.GetElapsedTime(started) > MostTime) return [new SchemaFault("", "it takes too long to validate; make it smaller, or have the schema simplified")];
            }
        }
        catch (RegexMatchTimeoutException)
        {
            return [new SchemaFault(element, "a value takes too long to compare with a pattern; have the pattern simplified")];
        }

        return faults;
    }

    private static string Place(XmlSchemaException fault, string element) =>
        string.Create(CultureInfo.InvariantCulture, $"line {fault.LineNumber}, position {fault.LinePosition}{(element.Length == 0 ? "" : $", after <{element}>")}");

    /// <summary>What the validator says, without the values that it quotes.</summary>
    private static string Rule(XmlSchemaException fault)
    {
        var text = fault.Message;
        if (text.StartsWith("There is a duplicate key sequence", StringComparison.Ordinal)) return "a key stands twice";
        if (text.StartsWith("The key sequence", StringComparison.Ordinal)) return "a key reference refers to nothing";
        var value = text.IndexOf(" - The value '", StringComparison.Ordinal);
        if (value < 0) return Hub.Contracts.Messages.PlainText.Shorten(text, 300);
        var facet = fault.InnerException?.Message is { } inner && inner.EndsWith("constraint failed.", StringComparison.Ordinal) && !inner.Contains('\'', StringComparison.Ordinal) ? $": {inner}" : ".";
        return $"{Hub.Contracts.Messages.PlainText.Shorten(text[..value], 200)} - Its value does not fit its datatype{facet}";
    }
}
