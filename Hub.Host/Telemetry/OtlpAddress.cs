using System.Net;

namespace Hub.Host.Telemetry;

/// <summary>Where telemetry may be sent: over TLS, or without it to this machine and to private addresses. Pure.</summary>
internal static class OtlpAddress
{
    private static readonly System.Net.IPNetwork[] Private =
        [.. new[] { "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7" }.Select(static n => System.Net.IPNetwork.Parse(n))];

    /// <summary>What is wrong with a collector's base address, and what to do; null when nothing is.</summary>
    internal static string? MistakeOf(Uri collector)
    {
        if (!collector.IsAbsoluteUri || collector.Scheme is not ("http" or "https") || collector.Query.Length > 0 || collector.UserInfo.Length > 0)
            return $"--otlp '{collector.OriginalString}' is not a base address. Write https://otel.example.gov.vn:4318.";
        if (collector.Scheme == "https" || IsNear(collector)) return null;
        return $"--otlp {collector.OriginalString} would carry telemetry in the clear beyond private networks: write https://…, or an address of this machine or of a private network (127.0.0.1, 10.…, 172.16.…, 192.168.…).";
    }

    /// <summary>The address of one signal below the collector's.</summary>
    /// <param name="collector">Its base address.</param>
    /// <param name="signal"><c>traces</c> or <c>metrics</c>.</param>
    internal static Uri Of(Uri collector, string signal) => new($"{collector.GetLeftPart(UriPartial.Path).TrimEnd('/')}/v1/{signal}");

    // A name may resolve to anything.
    private static bool IsNear(Uri collector) =>
        collector.Host == "localhost" || (IPAddress.TryParse(collector.Host.Trim('[', ']'), out var address) && Array.Exists(Private, n => n.Contains(address)));
}
