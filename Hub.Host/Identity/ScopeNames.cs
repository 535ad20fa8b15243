namespace Hub.Host.Identity;

/// <summary>Scopes as OAuth 2 writes them: lower-case words joined by spaces.</summary>
internal static class ScopeNames
{
    private static readonly (Scopes Scope, string Name)[] All =
        [(Scopes.System, "system"), (Scopes.Operator, "operator"), (Scopes.Auditor, "auditor"), (Scopes.Content, "content")];

    internal static string Write(Scopes scopes) =>
        string.Join(' ', All.Where(pair => (scopes & pair.Scope) != 0).Select(static pair => pair.Name));

    /// <summary>Reads a list; words that are no scope are passed over, as RFC 6749 §3.3 leaves to the server.</summary>
    internal static Scopes Read(string? text) =>
        All.Where(pair => (text ?? "").Split(' ').Contains(pair.Name, StringComparer.Ordinal)).Aggregate(Scopes.None, static (sum, pair) => sum | pair.Scope);
}
