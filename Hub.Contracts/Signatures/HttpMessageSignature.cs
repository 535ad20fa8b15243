using System.Buffers;
using System.Globalization;
using System.Text;
using Hub.Contracts.Problems;

namespace Hub.Contracts.Signatures;

/// <summary>The parts of an HTTP request that a signature may cover.</summary>
/// <param name="Method">The method in upper case, e.g. <c>POST</c>.</param>
/// <param name="Target">The absolute target URI as the client sees it; behind a proxy, the public one.</param>
/// <param name="Header">A header's value by lower-case name (several values joined by a comma and a space), or null.</param>
public sealed record SignableRequest(string Method, Uri Target, Func<string, string?> Header)
{
    /// <summary>The value of a component, RFC 9421 §2; null when the request has none.</summary>
    internal string? Component(string name) => name switch
    {
        "@method" => Method,
        "@target-uri" => Target.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped),
        _ => name.StartsWith('@') ? null : Header(name)?.Trim(),
    };
}

/// <summary>The two headers of a signature.</summary>
/// <param name="SignatureInput">Value of <c>Signature-Input</c>.</param>
/// <param name="Signature">Value of <c>Signature</c>.</param>
public sealed record SignatureHeaders(string SignatureInput, string Signature);

/// <summary>HTTP Message Signatures (RFC 9421) as the hub uses them: one signature labelled <c>hub</c>, algorithm
/// <c>ecdsa-p256-sha256</c> known from the key, parameters <c>created</c> and <c>keyid</c>. Thread-safe.</summary>
public static class HttpMessageSignature
{
    /// <summary>The label of the hub's signature among those a request may carry.</summary>
    public const string Label = "hub";

    /// <summary>What the signature of a push covers, in this order.</summary>
    public static IReadOnlyList<string> PushComponents { get; } =
    [
        "@method", "@target-uri", "content-type", "content-digest",
        "hub-message", "hub-delivery", "hub-attempt", "hub-delivery-statement",
    ];

    private static readonly string PushList = ListOf(PushComponents);

    /// <summary>Signs a request.</summary>
    /// <param name="request">The request; every component must be present.</param>
    /// <param name="components">What to cover, in order.</param>
    /// <param name="signer">An ES256 key.</param>
    /// <param name="created">When it is signed; cut to whole seconds.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">A component is missing from the request.</exception>
    public static async ValueTask<SignatureHeaders> SignAsync(
        SignableRequest request, IReadOnlyList<string> components, ISigner signer, DateTimeOffset created, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(components);
        ArgumentNullException.ThrowIfNull(signer);
        var list = ReferenceEquals(components, PushComponents) ? PushList : ListOf(components);
        var parameters = string.Create(CultureInfo.InvariantCulture, $"{list};created={created.ToUnixTimeSeconds()};keyid=\"{signer.KeyId}\"");
        var text = SignatureBase(components, request.Component, parameters)
            ?? throw new InvalidOperationException("A component to be signed is missing from the request.");
        var signature = await signer.SignAsync(text, cancellationToken);
        return new SignatureHeaders($"{Label}={parameters}", $"{Label}=:{Convert.ToBase64String(signature)}:");
    }

    /// <summary>Verifies the hub's signature on a request.</summary>
    /// <param name="request">The request as received.</param>
    /// <param name="required">What the signature must cover at least.</param>
    /// <param name="key">The hub's key, got on a trusted way.</param>
    /// <param name="now">The verifier's clock.</param>
    /// <param name="tolerance">Greatest distance of <c>created</c> from <paramref name="now"/>.</param>
    /// <exception cref="ProblemException"><c>signature-missing</c>, <c>signature-invalid</c>, <c>key-unknown</c> or <c>clock-window</c>.</exception>
    public static void Verify(
        SignableRequest request, IReadOnlyList<string> required, VerificationKey key, DateTimeOffset now, TimeSpan tolerance)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(required);
        ArgumentNullException.ThrowIfNull(key);
        var input = request.Header("signature-input");
        var signatures = request.Header("signature");
        if (input is null || signatures is null || !SignatureInput.TryFind(input, Label, out var member))
            throw ProblemCode.SignatureMissing.With($"The request carries no HTTP message signature labelled '{Label}' (RFC 9421).");
        var uncovered = required.Except(member.Components, StringComparer.Ordinal).ToList();
        if (uncovered.Count > 0)
            throw ProblemCode.SignatureInvalid.With($"The signature does not cover {string.Join(", ", uncovered)}.");
        if (member.KeyId != key.Id)
            throw ProblemCode.KeyUnknown.With($"The signature names the key '{member.KeyId}'; the hub's key known here is '{key.Id}'.");
        var age = now.ToUnixTimeSeconds() - member.Created;
        if (Math.Abs((double)age) > tolerance.TotalSeconds)
            throw ProblemCode.ClockWindow.With($"The signature was created {age} s before this clock's time; at most {tolerance.TotalSeconds} s are allowed.");
        var text = SignatureBase(member.Components, request.Component, member.Parameters)
            ?? throw ProblemCode.SignatureInvalid.With("The signature covers a component that the request does not have.");
        if (!SignatureInput.TryFindBytes(signatures, Label, out var signature)
            || !key.Verify(SignatureAlgorithm.Es256, text.Span, signature))
            throw ProblemCode.SignatureInvalid.With("The HTTP message signature does not verify with the hub's key.");
    }

    /// <summary>The signature base, RFC 9421 §2.5; null when a component has no value or one that would break its line.</summary>
    internal static ReadOnlyMemory<byte>? SignatureBase(IReadOnlyList<string> components, Func<string, string?> valueOf, string parameters)
    {
        var text = new ArrayBufferWriter<byte>(2_048);
        foreach (var component in components)
        {
            var value = valueOf(component);
            if (value is null || value.AsSpan().ContainsAny('\r', '\n')) return null;
            text.Write("\""u8);
            Encoding.UTF8.GetBytes(component, text);
            text.Write("\": "u8);
            Encoding.UTF8.GetBytes(value, text);
            text.Write("\n"u8);
        }

        text.Write("\"@signature-params\": "u8);
        Encoding.UTF8.GetBytes(parameters, text);
        return text.WrittenMemory;
    }

    private static string ListOf(IReadOnlyList<string> components) => $"({string.Join(' ', components.Select(static c => $"\"{c}\""))})";
}
