namespace Hub.Core.Registry.Rules;

/// <summary>The shapes of names that people give to keys, rights, reorganisations, functions and fields.</summary>
internal static class IdShape
{
    /// <summary>1 to 64 of letters, digits and <c>._:-</c>, the first a letter or digit; ASCII.</summary>
    internal static bool Fits(string id) =>
        id.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(id[0]) && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or ':' or '-');

    /// <summary>1 to 64 of lower-case letters, digits and <c>._-</c>, the first a letter or digit; ASCII.</summary>
    internal static bool FitsWord(string id) =>
        id.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(id[0]) && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-');
}
