using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Hub.Contracts.Envelopes;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Hub.Host.Composition;

/// <summary>Kestrel with limits on everything a peer can make large, long or many.</summary>
internal static class KestrelSetup
{
    /// <summary>Most connections at once; the next one is closed. An idle one holds some 20 KB.</summary>
    internal const int MaxConnections = 4_000;

    internal static void Configure(KestrelServerOptions kestrel, NodeOptions options, DataFolder folder)
    {
        Limit(kestrel.Limits);
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        kestrel.ListenUnixSocket(folder.SocketFile, static socket => socket.Protocols = HttpProtocols.Http1);
        if (options.Listen is not { } listen) return;
        var address = listen.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(listen.Host.Trim('[', ']'));
        kestrel.Listen(address, listen.Port, endpoint =>
        {
            endpoint.Use(new ConnectionShares([.. options.TrustedProxies.Select(static proxy => NodeOptions.Network(proxy)!.Value)]).Around);
            if (listen.Scheme != "https") return;
            var certificate = X509Certificate2.CreateFromPemFile(options.TlsCertificate!, options.TlsKey);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(options.TlsCertificate!);
            endpoint.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ServerCertificateChain = chain;
                https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                if (options.ClientCertificates) TakeAnyCertificate(https);
            });
        });
    }

    /// <summary>Any client certificate passes the handshake and none is trusted for it: what counts is whether its key is
    /// registered, which the token endpoint asks. Nothing that stands in a certificate makes the hub call an address.</summary>
    private static void TakeAnyCertificate(HttpsConnectionAdapterOptions https)
    {
        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
        https.ClientCertificateValidation = static (_, _, _) => true;
        https.OnAuthenticate = static (_, ssl) => ssl.CertificateChainPolicy = new X509ChainPolicy
        {
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            VerificationFlags = X509VerificationFlags.AllFlags,
        };
    }

    private static void Limit(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = EnvelopeLimits.Default.MaxBytes;
        limits.MaxConcurrentConnections = MaxConnections;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestLineSize = 4 * 1024;
        limits.MaxRequestBufferSize = 256 * 1024;
        limits.MaxResponseBufferSize = 64 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
        // Large bodies have their own, higher pace: MinimumPace.
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1_024, gracePeriod: TimeSpan.FromSeconds(10));
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 8 * 1_024, gracePeriod: TimeSpan.FromSeconds(10));
        limits.Http2.MaxStreamsPerConnection = 100;
    }
}
