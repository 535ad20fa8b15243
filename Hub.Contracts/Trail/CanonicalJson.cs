using System.Text.Json.Nodes;

namespace Hub.Contracts.Trail;

/// <summary>JSON Canonicalization Scheme, RFC 8785, over the JSON that the hub itself makes.</summary>
public static class CanonicalJson
{
    /// <summary>The canonical UTF-8 text: members sorted by UTF-16 code units, ECMAScript number and string forms.</summary>
    /// <exception cref="ArgumentException">A number is not finite, or a string holds a lone surrogate.</exception>
    public static byte[] Serialize(JsonNode? node) => throw new NotImplementedException();
}
