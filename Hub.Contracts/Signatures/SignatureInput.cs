using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Hub.Contracts.Signatures;

/// <summary>One member of a <c>Signature-Input</c> header: an inner list of component names with parameters.</summary>
/// <param name="Components">The components covered, in order, each once.</param>
/// <param name="Parameters">The member's value as written, which is the value of <c>@signature-params</c>.</param>
/// <param name="Created">Unix time in seconds.</param>
/// <param name="KeyId">Id of the key.</param>
internal sealed partial record SignatureInput(IReadOnlyList<string> Components, string Parameters, long Created, string KeyId)
{
    private const int MaxHeaderLength = 4_096;
    private const int MaxComponents = 32;

    /// <summary>Finds a member by its label. Only the canonical form without component parameters is understood; other
    /// members are passed over.</summary>
    internal static bool TryFind(string header, string label, [NotNullWhen(true)] out SignatureInput? input)
    {
        input = null;
        if (!TryMember(header, label, out var value)) return false;
        var match = Member().Match(value);
        if (!match.Success) return false;
        var components = match.Groups["component"].Captures.Select(c => c.Value).ToList();
        if (components.Count is 0 or > MaxComponents || components.Distinct(StringComparer.Ordinal).Count() != components.Count) return false;
        if (!long.TryParse(match.Groups["created"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var created)) return false;
        input = new SignatureInput(components, value, created, match.Groups["keyid"].Value);
        return true;
    }

    /// <summary>Finds the bytes of a signature by its label in a <c>Signature</c> header.</summary>
    internal static bool TryFindBytes(string header, string label, out byte[] bytes)
    {
        bytes = [];
        if (!TryMember(header, label, out var value) || value is not [':', .. var text, ':']) return false;
        var buffer = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, buffer, out var written)) return false;
        bytes = buffer[..written];
        return true;
    }

    private static bool TryMember(string header, string label, out string value)
    {
        value = "";
        if (header.Length > MaxHeaderLength) return false;
        var found = 0;
        foreach (var member in SplitMembers(header))
        {
            if (!member.StartsWith(label + "=", StringComparison.Ordinal)) continue;
            value = member[(label.Length + 1)..];
            found++;
        }

        return found == 1;
    }

    private static IEnumerable<string> SplitMembers(string header)
    {
        var start = 0;
        var quoted = false;
        for (var i = 0; i < header.Length; i++)
        {
            if (header[i] == '\\' && quoted) i++;
            else if (header[i] == '"') quoted = !quoted;
            else if (header[i] == ',' && !quoted)
            {
                yield return header[start..i].Trim();
                start = i + 1;
            }
        }

        yield return header[start..].Trim();
    }

    [GeneratedRegex(
        """^\("(?<component>@?[a-z][a-z0-9-]*)"( "(?<component>@?[a-z][a-z0-9-]*)")*\);created=(?<created>[0-9]{1,12});keyid="(?<keyid>[A-Za-z0-9._:/-]{1,100})"(;alg="ecdsa-p256-sha256")?\z""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Member();
}
