using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Problems;
using Hub.Host.Composition;
using Hub.Host.Identity;

namespace Hub.Host.Telemetry;

/// <summary>Who may see in the metrics what tells systems apart: operators and auditors of the whole hub, by their token or on the
/// operator socket, and whoever shows the token of <c>--metrics-token</c>.</summary>
/// <param name="options">Names the file.</param>
/// <param name="tokens">Validates the others.</param>
internal sealed class MetricsAccess(NodeOptions options, AccessTokens tokens)
{
    /// <summary>Fewest characters of a token.</summary>
    internal const int MinLength = 32;

    private const string Bearer = "Bearer ";

    private readonly byte[]? _token = options.MetricsToken is { } file ? Encoding.UTF8.GetBytes(Read(file)) : null;

    /// <summary>The token in a file; what stands around it is not part of it.</summary>
    internal static string Read(string file) => File.ReadAllText(file).Trim();

    /// <exception cref="ProblemException"><c>unauthenticated</c>: a token is shown that is none.</exception>
    internal bool SeesSystems(HttpContext context)
    {
        if (OperatorSocket.CallerOf(context) is not null) return true;
        var header = context.Request.Headers.Authorization;
        if (header.Count == 0) return false;
        if (header.Count != 1 || header[0] is not { } value || !value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            throw ProblemCode.Unauthenticated.With("The header must be 'Authorization: Bearer <token>', once; without it the metrics that tell systems apart are left out.");
        var shown = value.AsSpan(Bearer.Length).Trim();
        if (_token is not null && CryptographicOperations.FixedTimeEquals(_token, Encoding.UTF8.GetBytes(shown.ToString()))) return true;
        return tokens.Validate(shown, ClientCertificate.Of(context)) is { SeesAll: true, Under: null };
    }
}
