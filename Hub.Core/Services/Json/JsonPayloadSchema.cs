using System.Text.Json;
using Hub.Contracts.Envelopes;

namespace Hub.Core.Services.Json;

/// <summary>A JSON Schema of the dialect, ready to validate.</summary>
internal sealed class JsonPayloadSchema(SchemaNode root) : IPayloadSchema
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = EnvelopeLimits.Default.MaxDepth };

    /// <summary>The schema.</summary>
    internal SchemaNode Root => root;

    /// <inheritdoc/>
    public PayloadForm Form => PayloadForm.Json;

    /// <inheritdoc/>
    public IReadOnlyList<SchemaFault> Validate(ReadOnlyMemory<byte> payload)
    {
        using var document = JsonDocument.Parse(payload, Options);
        return SchemaValidation.Run(root, document.RootElement, payload.Length);
    }
}
