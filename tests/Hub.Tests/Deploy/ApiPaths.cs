using System.Text.Json;
using Hub.Tests.House;

namespace Hub.Tests.Deploy;

/// <summary>The paths that the program answers, by its approved description.</summary>
internal static class ApiPaths
{
    internal static IReadOnlyList<string> All
    {
        get
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("schemas", "openapi.v1.json")));
            return [.. document.RootElement.GetProperty("paths").EnumerateObject().Select(static p => p.Name)];
        }
    }
}
