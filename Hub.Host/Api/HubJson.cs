using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hub.Contracts.Problems;

namespace Hub.Host.Api;

/// <summary>The JSON of the API: camelCase, nulls left out, strict when reading.</summary>
internal static class HubJson
{
    /// <summary>Greatest JSON request in bytes, where nothing else is said; envelopes have their own limit.</summary>
    internal const int MaxRequestBytes = 64 * 1024;

    internal static readonly JsonSerializerOptions Options = Create();

    internal static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowDuplicateProperties = false;
        options.MaxDepth = 16;
        // Readable Vietnamese and quotes: answers are never put into HTML, and carry nosniff.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new InstantConverter());
    }

    /// <summary>Reads a JSON request body; a default instance when the body is empty and that is allowed.</summary>
    /// <exception cref="ProblemException"><c>unsupported-media-type</c>, <c>too-large</c> or <c>invalid-request</c>.</exception>
    internal static async ValueTask<T> ReadAsync<T>(HttpContext context, bool emptyAllowed = false, int maxBytes = MaxRequestBytes)
        where T : class, new()
    {
        using var body = await RequestBody.ReadAsync(context, maxBytes);
        if (body.Memory.Length == 0 && emptyAllowed) return new T();
        if (!context.Request.HasJsonContentType())
            throw ProblemCode.UnsupportedMediaType.With($"The content type is '{context.Request.ContentType}'. Send application/json.");
        try
        {
            return JsonSerializer.Deserialize<T>(body.Memory.Span, Options)
                ?? throw ProblemCode.InvalidRequest.With("The body is the JSON value null. Send an object.");
        }
        catch (JsonException fault)
        {
            throw ProblemCode.InvalidRequest.With($"The JSON body cannot be read at {fault.Path ?? "$"}, line {(fault.LineNumber ?? 0) + 1}. Send the members that /openapi/v1.json names, each once.", fault);
        }
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions();
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
