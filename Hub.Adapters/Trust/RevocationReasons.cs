using System.Formats.Asn1;

namespace Hub.Adapters.Trust;

/// <summary>The reasons of RFC 5280, 5.3.1, by their numbers.</summary>
internal static class RevocationReasons
{
    private static readonly string?[] Names =
    [
        "unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation", "certificateHold", null,
        "removeFromCRL", "privilegeWithdrawn", "aACompromise",
    ];

    /// <summary>The name of the one that stands here; <c>unspecified</c> for a number that means nothing.</summary>
    internal static string Read(AsnReader reader)
    {
        var number = reader.ReadEnumeratedBytes().Span;
        return (number.Length == 1 && number[0] < Names.Length ? Names[number[0]] : null) ?? "unspecified";
    }
}
