namespace Hub.Host.Composition;

/// <summary>The base addresses under which this hub is known: for links, problem types and the audience of assertions.</summary>
internal sealed class HubOrigins
{
    private static readonly Uri SocketOnly = new("http://localhost");

    /// <summary>What systems use; <c>http://localhost</c> while only the socket is open.</summary>
    internal Uri Public { get; private set; } = SocketOnly;

    /// <summary>Every audience that a client assertion may name: the origin or the token endpoint, of each address.</summary>
    internal IReadOnlySet<string> Audiences { get; private set; } = new HashSet<string>(StringComparer.Ordinal);

    internal void Open(Uri publicUrl, Uri listening)
    {
        Public = publicUrl;
        HashSet<string> audiences = new(StringComparer.Ordinal);
        List<Uri> origins = [publicUrl, listening];
        if (listening.IsLoopback) origins.Add(new UriBuilder(listening) { Host = "localhost" }.Uri);
        foreach (var origin in origins.Select(static uri => uri.GetLeftPart(UriPartial.Authority)))
            audiences.UnionWith([origin, origin + "/", origin + "/oauth/token"]);
        Audiences = audiences;
    }

    /// <summary>An absolute address on this hub.</summary>
    internal string Absolute(string path) => Public.GetLeftPart(UriPartial.Authority) + path;
}
