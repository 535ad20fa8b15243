using System.Net;
using System.Text;
using System.Text.Json;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;
using Hub.Core.Delivery;

namespace Hub.Adapters.Channels.Push;

/// <summary>What a recipient's HTTP answer means. 2xx: it has the message, with a business answer if the body is JSON
/// <c>{"outcome","status"?,"reason"?}</c>. 400, 404, 410, 413, 415, 422: it will never take it. Everything else: not now.</summary>
internal static class PushAnswer
{
    private const int MaxBody = 64 * 1024;
    private const int FirstRead = 4 * 1024;
    private const int MaxShown = 500;

    internal static async ValueTask<AttemptOutcome> InterpretAsync(HttpResponseMessage response, TimeProvider clock, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var body = await ReadAsync(response, cancellationToken);
        if (status is >= 200 and < 300) return new AttemptOutcome.Delivered(BusinessAnswer(response.Content, body));
        var said = $"HTTP {status}: {Reason(response.Content, body)}";
        return status switch
        {
            400 or 404 or 410 or 413 or 415 or 422 => new AttemptOutcome.Rejected(ProblemCode.RecipientRejected, said),
            >= 300 and < 400 => new AttemptOutcome.Failed(ProblemCode.RecipientFailed, $"HTTP {status}: redirects are not followed; register the final address."),
            _ => new AttemptOutcome.Failed(ProblemCode.RecipientFailed, said, RetryAfter(response, clock)) { Fault = FaultOf(status) },
        };
    }

    private static FailureFault FaultOf(int status) => status switch
    {
        408 or 429 or 502 or 503 or 504 => FailureFault.System,
        >= 500 => FailureFault.Unclear,
        _ => FailureFault.Message,
    };

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider clock)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date is { } date ? date - clock.GetUtcNow() : null);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>The first <see cref="MaxBody"/> bytes; whatever follows is never read. Room for more than a usual answer is taken as it comes.</summary>
    private static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var most = (int)Math.Min(response.Content.Headers.ContentLength ?? MaxBody, MaxBody);
        if (most == 0 || response.StatusCode == HttpStatusCode.NoContent) return default;
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[Math.Min(most, FirstRead)];
        var read = 0;
        while (true)
        {
            read += await stream.ReadAtLeastAsync(buffer.AsMemory(read), buffer.Length - read, throwOnEndOfStream: false, cancellationToken);
            if (read < buffer.Length || read == most) return buffer.AsMemory(0, read);
            Array.Resize(ref buffer, Math.Min(most, buffer.Length * 4));
        }
    }

    private static UnsignedAnswer? BusinessAnswer(HttpContent content, ReadOnlyMemory<byte> body)
    {
        if (Json(content, body) is not { } answer) return null;
        var status = Text(answer, "status");
        var reason = Text(answer, "reason");
        AcknowledgementOutcome? outcome = Text(answer, "outcome") switch
        {
            "accepted" => AcknowledgementOutcome.Accepted,
            "refused" => AcknowledgementOutcome.Refused,
            _ => null,
        };
        if (outcome is null) return null;
        try
        {
            AcknowledgementPolicy.Check(outcome.Value, status, reason);
            return new UnsignedAnswer(outcome.Value, status, reason);
        }
        catch (ProblemException)
        {
            // It has the message; an answer that breaks the rules is worth no more than a bare 2xx.
            return null;
        }
    }

    private static string Reason(HttpContent content, ReadOnlyMemory<byte> body)
    {
        if (Json(content, body) is { } problem && (Text(problem, "detail") ?? Text(problem, "title")) is { Length: > 0 } detail) return Shown(detail);
        return body.Length == 0 ? "no reason given" : Shown(Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, MaxShown * 4)]));
    }

    private static string Shown(string text) =>
        PlainText.Fit(text, MaxShown).Replace('\n', ' ').Replace('\t', ' ');

    private static JsonElement? Json(HttpContent content, ReadOnlyMemory<byte> body)
    {
        var type = content.Headers.ContentType?.MediaType;
        if (type is null || !(type == "application/json" || type.EndsWith("+json", StringComparison.Ordinal))) return null;
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement json, string name)
    {
        try
        {
            return json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // An escaped lone surrogate is valid JSON but no text.
            return null;
        }
    }
}
