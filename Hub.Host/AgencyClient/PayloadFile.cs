using System.Text;
using System.Text.Json;
using System.Xml;
using Hub.Contracts.Envelopes;

namespace Hub.Host.AgencyClient;

/// <summary>Makes a payload of a file: XML and JSON stand as such in the envelope, everything else as bytes.</summary>
internal static class PayloadFile
{
    /// <exception cref="FormatException">A file that ends in .xml or .json is none.</exception>
    public static Payload Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var mediaType = MediaTypes.Of(path);
        try
        {
            return mediaType switch
            {
                "application/xml" => new Payload { Form = PayloadForm.Xml, MediaType = mediaType, Data = Element(bytes) },
                "application/json" => new Payload { Form = PayloadForm.Json, MediaType = mediaType, Data = Value(bytes) },
                _ => new Payload { Form = PayloadForm.Bytes, MediaType = mediaType, Data = bytes },
            };
        }
        catch (Exception malformed) when (malformed is XmlException or JsonException)
        {
            throw new FormatException($"{path}: {malformed.Message}", malformed);
        }
    }

    /// <summary>The value alone: without the mark and the line end that editors write around it.</summary>
    private static byte[] Value(byte[] bytes)
    {
        var text = bytes.AsSpan();
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        var value = text.Trim(" \t\r\n"u8).ToArray();
        JsonDocument.Parse(value).Dispose();
        return value;
    }

    /// <summary>The root element alone: without declaration, comments and processing instructions.</summary>
    private static byte[] Element(byte[] bytes)
    {
        var reading = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true,
            MaxCharactersInDocument = EnvelopeLimits.Default.MaxBytes,
        };
        var writing = new XmlWriterSettings
        {
            OmitXmlDeclaration = true, Encoding = new UTF8Encoding(false), NewLineHandling = NewLineHandling.None,
        };
        using var target = new MemoryStream();
        using (var reader = XmlReader.Create(new MemoryStream(bytes), reading))
        using (var writer = XmlWriter.Create(target, writing))
        {
            reader.MoveToContent();
            writer.WriteNode(reader, defattr: false);
        }

        return target.ToArray();
    }
}
