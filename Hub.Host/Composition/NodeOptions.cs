using System.Globalization;
using System.Net;
using Hub.Contracts.Addresses;
using Hub.Host.Composition.Stores;
using Hub.Host.Telemetry;

namespace Hub.Host.Composition;

/// <summary>How a node is to run. <see cref="Mistakes"/> checks the whole before anything starts.</summary>
internal sealed record NodeOptions
{
    /// <summary>Data folder.</summary>
    internal required string DataDirectory { get; init; }

    /// <summary>Where to listen for systems; null to listen on the operator socket only.</summary>
    internal Uri? Listen { get; init; }

    /// <summary>The hub's address; needed once, on an empty data folder.</summary>
    internal SystemAddress? Address { get; init; }

    /// <summary>Accept keys made by <c>hub dev-pki</c>.</summary>
    internal bool Development { get; init; }

    /// <summary>Base address that systems use, when a proxy stands in front.</summary>
    internal Uri? PublicUrl { get; init; }

    /// <summary>Proxies on other machines, whose word about the address of a caller counts: addresses, or networks with their bits.</summary>
    internal IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>PEM file of the TLS certificate chain.</summary>
    internal string? TlsCertificate { get; init; }

    /// <summary>PEM file of the TLS private key.</summary>
    internal string? TlsKey { get; init; }

    /// <summary>Whether to ask callers for TLS client certificates (RFC 8705); they may still come without.</summary>
    internal bool ClientCertificates { get; init; }

    /// <summary>Whether the status of certificates may be asked at private and loopback addresses.</summary>
    internal bool AllowPrivateRevocation { get; init; }

    /// <summary>File with the token for which <c>/metrics</c> tells systems apart; null: only operators and auditors see that.</summary>
    internal string? MetricsToken { get; init; }

    /// <summary>Base address of the OpenTelemetry collector that gets metrics and traces (OTLP over HTTP); null: nobody does.</summary>
    internal Uri? Otlp { get; init; }

    /// <summary>Share of messages that are traced, 0 to 1. What fails is traced besides.</summary>
    internal double OtlpSample { get; init; } = 0.01;

    /// <summary>Whether to send deliveries. A node that serves one command does not.</summary>
    internal bool Dispatch { get; init; } = true;

    /// <summary>Most unfinished deliveries of the whole hub before new messages are refused.</summary>
    internal long MaxBacklog { get; init; } = 5_000_000;

    /// <summary>What is said about the store; the rest is as chosen before.</summary>
    internal StoreRequest Store { get; init; } = new();

    /// <summary>Whether to log JSON lines instead of plain ones.</summary>
    internal bool JsonLog { get; init; }

    /// <summary>Least severe level that is logged.</summary>
    internal LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Every mistake and contradiction, each with what to do; empty when the node may start.</summary>
    internal IReadOnlyList<string> Mistakes()
    {
        List<string> mistakes = [];
        if (Listen is not null) CheckListen(Listen, mistakes);
        if (TlsCertificate is null != TlsKey is null)
            mistakes.Add("--tls-certificate and --tls-key belong together: give both or neither.");
        if (ClientCertificates && Listen?.Scheme != "https")
            mistakes.Add("--client-certificates accept needs TLS on this hub itself: --listen https://… with --tls-certificate and --tls-key. A proxy in front hides the certificates.");
        foreach (var (option, file) in new[] { ("--tls-certificate", TlsCertificate), ("--tls-key", TlsKey) })
            if (file is not null && !File.Exists(file)) mistakes.Add($"{option}: there is no file '{file}'.");
        if (PublicUrl is not null) CheckPublicUrl(PublicUrl, mistakes);
        if (TrustedProxies.Count > 0 && PublicUrl is null) mistakes.Add("--trusted-proxy needs --public-url: the address that systems use at the proxy.");
        foreach (var proxy in TrustedProxies.Where(static p => Network(p) is null))
            mistakes.Add($"--trusted-proxy '{proxy}' is neither an address nor a network. Write 10.0.0.5 or 10.0.0.0/24.");
        if (MaxBacklog < 1) mistakes.Add($"--max-backlog is {MaxBacklog}; write how many unfinished deliveries the hub may have, 1 or more.");
        CheckTelemetry(mistakes);
        StoreChoice.Choose(Path.GetFullPath(DataDirectory), Store, mistakes);
        return mistakes;
    }

    /// <summary>An address, or a network with its bits; null when it is neither.</summary>
    internal static System.Net.IPNetwork? Network(string text)
    {
        if (System.Net.IPNetwork.TryParse(text, out var network)) return network;
        return IPAddress.TryParse(text, out var address) ? new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8) : null;
    }

    private void CheckTelemetry(List<string> mistakes)
    {
        if (MetricsToken is not null && !File.Exists(MetricsToken)) mistakes.Add($"--metrics-token: there is no file '{MetricsToken}'.");
        else if (MetricsToken is not null && MetricsAccess.Read(MetricsToken).Length < MetricsAccess.MinLength)
            mistakes.Add($"--metrics-token: '{MetricsToken}' must hold a secret of at least {MetricsAccess.MinLength} characters. Make one with: openssl rand -hex 32");
        if (Otlp is not null && OtlpAddress.MistakeOf(Otlp) is { } mistake) mistakes.Add(mistake);
        if (OtlpSample is not (>= 0 and <= 1)) mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"--otlp-sample {OtlpSample} is no share: write 0 to 1, e.g. 0.01 for one message of a hundred."));
    }

    private void CheckListen(Uri listen, List<string> mistakes)
    {
        if (!listen.IsAbsoluteUri || listen.Scheme is not ("http" or "https"))
        {
            mistakes.Add($"--listen '{listen.OriginalString}' is not an http or https address. Write http://127.0.0.1:8080.");
            return;
        }

        if (!IPAddress.TryParse(listen.Host.Trim('[', ']'), out _) && listen.Host != "localhost")
            mistakes.Add($"--listen names '{listen.Host}': write an IP address of this machine, or localhost.");
        if (listen.AbsolutePath != "/" || listen.Query.Length > 0)
            mistakes.Add($"--listen '{listen.OriginalString}' has a path: give scheme, address and port only.");
        if (listen.Scheme == "http" && !listen.IsLoopback)
            mistakes.Add($"--listen {listen.OriginalString} would carry tokens in the clear beyond this machine: use https with --tls-certificate and --tls-key, or listen on 127.0.0.1.");
        if (listen.Scheme == "http" && TlsCertificate is not null)
            mistakes.Add($"--listen {listen.OriginalString} contradicts --tls-certificate: write https://….");
        if (listen.Scheme == "https" && TlsCertificate is null)
            mistakes.Add("--listen https://… needs --tls-certificate and --tls-key.");
    }

    private static void CheckPublicUrl(Uri url, List<string> mistakes)
    {
        if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https") || url.AbsolutePath != "/" || url.Query.Length > 0)
            mistakes.Add($"--public-url '{url.OriginalString}' is not a base address. Write https://hub.example.gov.vn.");
        else if (url.Scheme == "http" && !url.IsLoopback)
            mistakes.Add($"--public-url {url.OriginalString} is not https: systems would send tokens in the clear.");
    }
}
