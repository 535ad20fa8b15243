using System.Net.Http.Headers;
using System.Text.Json;
using Hub.Contracts.Messages;
using Hub.Contracts.Problems;

namespace Hub.Host.AgencyClient;

/// <summary>Reads the answer of a refused request, whatever stands in it.</summary>
internal static class HubRefusalReader
{
    private const int MaxBytes = 256 * 1024;

    public static async Task<HubRefusalException> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        var retry = RetryAfter(answer.Headers.RetryAfter);
        var text = await ReadTextAsync(answer, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object) return new HubRefusalException(Read(root, status, retry));
        }
        catch (JsonException)
        {
            // Not a problem document: a proxy's page, for instance.
        }

        var detail = PlainText.Shorten(text, 300);
        return new HubRefusalException(new HubRefusal(status, $"http-{status}", answer.ReasonPhrase ?? "Refused", detail, null, null, [], retry));
    }

    private static HubRefusal Read(JsonElement root, int status, TimeSpan? retry)
    {
        var code = Text(root, "code") ?? Text(root, "error") ?? $"http-{status}";
        ProblemCode.TryFind(code, out var known);
        return new HubRefusal(
            status, code,
            Text(root, "title") ?? known?.TitleEn ?? "Refused",
            Text(root, "detail") ?? Text(root, "error_description"),
            Text(root, "remedy") ?? known?.RemedyEn,
            Text(root, "traceId"),
            Items(root), retry);
    }

    private static List<string> Items(JsonElement root)
    {
        var items = new List<string>();
        foreach (var name in (string[])["items", "errors"])
        {
            if (!root.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array) continue;
            foreach (var item in list.EnumerateArray().Take(100))
            {
                if (item.ValueKind == JsonValueKind.Object)
                    items.Add($"{Text(item, "subject")}: {Text(item, "code")}: {Text(item, "detail")}");
            }
        }

        return items;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header) => header?.Delta;

    private static async Task<string> ReadTextAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MaxBytes];
        var read = await stream.ReadAtLeastAsync(buffer, MaxBytes, throwOnEndOfStream: false, cancellationToken);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, read);
    }
}
