using System.CommandLine;
using Hub.Contracts.Addresses;
using Hub.Host.Composition;

namespace Hub.Host.CommandLine;

/// <summary><c>hub serve</c>: runs a hub until it is told to stop.</summary>
internal static class ServeCommand
{
    private static readonly Option<string> Listen = new("--listen")
    {
        Description = "Address to listen on; beyond this machine only with TLS (địa chỉ lắng nghe).",
        DefaultValueFactory = static _ => "http://127.0.0.1:8080",
        HelpName = "URL",
    };

    private static readonly Option<string?> Address = new("--address")
    {
        Description = "The hub's own address, needed on its first start, e.g. H06.09/lgsp; it keeps it (địa chỉ của trục).",
        HelpName = "AGENCY/SYSTEM",
    };

    private static readonly Option<bool> Development = new("--development")
    {
        Description = "Accept keys made by 'hub dev-pki'. Never in production (chỉ để thử nghiệm).",
    };

    private static readonly Option<string?> PublicUrl = new("--public-url")
    {
        Description = "Base address that systems use when a proxy stands in front (địa chỉ công khai).",
        HelpName = "URL",
    };

    private static readonly Option<string[]> TrustedProxies = new("--trusted-proxy")
    {
        Description = "A proxy on another machine, whose X-Forwarded-For counts: address or network; may be repeated (máy chủ trung gian tin cậy).",
        DefaultValueFactory = static _ => [],
        HelpName = "ADDRESS[/BITS]",
    };

    private static readonly Option<string?> Certificate = new("--tls-certificate") { Description = "PEM file with the TLS certificate chain.", HelpName = "FILE" };

    private static readonly Option<string?> Key = new("--tls-key") { Description = "PEM file with the TLS private key.", HelpName = "FILE" };

    private static readonly Option<string> ClientCertificates = new("--client-certificates")
    {
        Description = "Ask callers for TLS client certificates, which count when their key is registered (chứng thư máy khách).",
        DefaultValueFactory = static _ => "off",
        HelpName = "off|accept",
    };

    private static readonly Option<bool> PrivateRevocation = new("--allow-private-revocation")
    {
        Description = "Ask OCSP responders and fetch CRLs at private and loopback addresses too (máy chủ kiểm tra thu hồi trong mạng nội bộ).",
    };

    private static readonly Option<long> MaxBacklog = new("--max-backlog")
    {
        Description = "Most unfinished deliveries of the whole hub before new messages are refused (số lượt chuyển chưa xong tối đa).",
        DefaultValueFactory = static _ => 5_000_000,
        HelpName = "DELIVERIES",
    };

    private static readonly Option<string?> MetricsToken = new("--metrics-token")
    {
        Description = "File with a secret; who shows it at /metrics sees each system's queue (tệp chứa khóa đọc số đo).",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Otlp = new("--otlp")
    {
        Description = "OpenTelemetry collector that gets metrics and traces, OTLP over HTTP; https beyond private networks (nơi nhận số đo và vết).",
        HelpName = "URL",
    };

    private static readonly Option<double> OtlpSample = new("--otlp-sample")
    {
        Description = "Share of messages that are traced, 0 to 1; failures are besides (tỷ lệ lấy mẫu).",
        DefaultValueFactory = static _ => 0.01,
        HelpName = "SHARE",
    };

    internal static Command Create()
    {
        Otlp.Validators.Add(static result => RequireUri(result.GetValueOrDefault<string?>(), "--otlp", result.AddError));
        ClientCertificates.AcceptOnlyFromAmong("off", "accept");
        Listen.Validators.Add(static result => RequireUri(result.GetValueOrDefault<string>(), "--listen", result.AddError));
        PublicUrl.Validators.Add(static result => RequireUri(result.GetValueOrDefault<string?>(), "--public-url", result.AddError));
        Address.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !SystemAddress.TryParse(text, out _)) result.AddError($"--address '{text}' is not agency/system, e.g. H06.09/lgsp.");
        });
        StoreOptions.Wait.Validators.Add(StoreOptions.CheckWait);
        var command = new Command("serve", "Run a hub: HTTP API, deliveries, log (chạy trục).") { Listen, Address, Development, PublicUrl, TrustedProxies, Certificate, Key, ClientCertificates, PrivateRevocation, MaxBacklog, MetricsToken, Otlp, OtlpSample, StoreOptions.Wait };
        command.SetAction(RunAsync);
        return command.WithExamples("""
            hub serve --address H06.09/lgsp
            hub serve --data /var/lib/hub --listen https://10.1.2.3:443 --tls-certificate chain.pem --tls-key key.pem
            hub serve --listen https://10.1.2.3:443 --tls-certificate chain.pem --tls-key key.pem --client-certificates accept
            hub serve --listen http://127.0.0.1:8080 --public-url https://hub.example.gov.vn   # behind a proxy on this machine
            hub serve --data /var/lib/hub --store-file /etc/hub/store --node hub-1   # one of several nodes over one PostgreSQL
            """);
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken) => OperatorCommand.GuardAsync(parsed, async () =>
    {
        var options = new NodeOptions
        {
            DataDirectory = parsed.GetValue(SharedOptions.Data)!,
            Listen = new Uri(parsed.GetValue(Listen)!),
            Address = parsed.GetValue(Address) is { } address ? SystemAddress.Parse(address) : null,
            Development = parsed.GetValue(Development),
            PublicUrl = parsed.GetValue(PublicUrl) is { } url ? new Uri(url) : null,
            TrustedProxies = parsed.GetValue(TrustedProxies) ?? [],
            TlsCertificate = parsed.GetValue(Certificate),
            TlsKey = parsed.GetValue(Key),
            ClientCertificates = parsed.GetValue(ClientCertificates) == "accept",
            AllowPrivateRevocation = parsed.GetValue(PrivateRevocation),
            MaxBacklog = parsed.GetValue(MaxBacklog),
            MetricsToken = parsed.GetValue(MetricsToken),
            Otlp = parsed.GetValue(Otlp) is { } collector ? new Uri(collector) : null,
            OtlpSample = parsed.GetValue(OtlpSample),
            JsonLog = parsed.GetValue(SharedOptions.Json),
            Store = StoreOptions.Read(parsed) with { Wait = TimeSpan.FromSeconds(parsed.GetValue(StoreOptions.Wait)) },
        };
        var mistakes = options.Mistakes();
        foreach (var mistake in mistakes) parsed.InvocationConfiguration.Error.WriteLine(mistake);
        if (mistakes.Count > 0) return ExitCode.Usage;
        await using var node = await HubNode.StartAsync(options, cancellationToken);
        await using var notice = SystemdNotice.Of(node.Services);
        await node.RunUntilAsync(cancellationToken);
        return ExitCode.Ok;
    });

    private static void RequireUri(string? text, string option, Action<string> refuse)
    {
        if (text is not null && !Uri.TryCreate(text, UriKind.Absolute, out _)) refuse($"{option} '{text}' is not an address. Write http://127.0.0.1:8080.");
    }
}
