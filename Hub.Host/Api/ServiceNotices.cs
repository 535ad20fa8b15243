using System.Globalization;
using Hub.Contracts.Addresses;
using Hub.Core.Registry;

namespace Hub.Host.Api;

/// <summary>Tells users of a service that it will end: <c>Deprecation</c> (RFC 9745), <c>Sunset</c> (RFC 8594) and a link to its successor.</summary>
internal static class ServiceNotices
{
    internal static void Write(HttpResponse response, RegistrySnapshot registry, MessageType type)
    {
        if (registry.FindService(type) is not { } service || (service.Deprecated ?? service.Sunset) is null) return;
        if (service.Deprecated is { } deprecated) response.Headers["Deprecation"] = string.Create(CultureInfo.InvariantCulture, $"@{deprecated.ToUnixTimeSeconds()}");
        if (service.Sunset is { } sunset) response.Headers["Sunset"] = sunset.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);
        if (service.ReplacedBy is { } next) response.Headers.Append("Link", $"</api/v1/services/{next}>; rel=\"successor-version\"");
    }
}
