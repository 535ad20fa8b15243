namespace Hub.Core.Services;

/// <summary>Bounds regular expressions that nobody else bounds, such as the pattern facets of XML Schema.</summary>
public static class PatternTime
{
    /// <summary>The longest that one match may take (250 ms).</summary>
    public static readonly TimeSpan Most = TimeSpan.FromMilliseconds(250);

    /// <summary>Sets the bound for the whole process; to be called before anything in it has used a regular expression.</summary>
    public static void Bound() => AppContext.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", Most);
}
