using Hub.Contracts.Problems;
using Hub.Core.Registry;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Hub.Host.Api.Registry;

/// <summary>ETags of registry objects (RFC 9110 §8.8.3): the digest of the normal form, in quotes, always strong.</summary>
internal static class EntityTags
{
    internal static string Write(RegistryObject found) => $"\"{DigestOf(found)}\"";

    /// <summary>Whether If-None-Match names the object as it is.</summary>
    internal static bool Holds(StringValues header, RegistryObject found) =>
        EntityTagHeaderValue.TryParseList([.. header.OfType<string>()], out var tags)
        && tags.Any(tag => tag.Tag == "*" || tag.Compare(new EntityTagHeaderValue(Write(found)), useStrongComparison: false));

    /// <summary>The digest that a change was made on, as <see cref="ObjectChange.IfMatch"/> has it.</summary>
    /// <exception cref="ProblemException"><c>invalid-request</c> without a condition: who writes blindly undoes others' changes.</exception>
    internal static string? ConditionOf(HttpRequest request)
    {
        var match = request.Headers.IfMatch;
        var none = request.Headers.IfNoneMatch;
        if (match.Count == 0 && none.Count == 1 && none[0]?.Trim() == "*") return "";
        if (none.Count == 0 && match.Count == 1 && match[0]?.Trim() == "*") return null;
        if (none.Count == 0 && match.Count == 1 && EntityTagHeaderValue.TryParse(match[0], out var tag) && !tag.IsWeak) return tag.Tag.ToString().Trim('"');
        throw ProblemCode.InvalidRequest.With("A change needs exactly one condition: If-Match with the one ETag that you read (or * for whatever it is), or If-None-Match: * for an object that is new.");
    }

    private static string DigestOf(RegistryObject found) => found.Json is null ? "usual" : found.Digest;
}
