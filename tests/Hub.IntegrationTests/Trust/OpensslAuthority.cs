using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hub.Core.Registry.Certificates;

namespace Hub.IntegrationTests.Trust;

/// <summary>A certification authority run with the openssl program alone: it issues, revokes, makes CRLs and answers OCSP.</summary>
internal sealed class OpensslAuthority : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hub-ca-").FullName;
    private readonly List<Process> _responders = [];

    internal string CaFile => Path.Combine(_folder, "ca.pem");

    internal byte[] Certificate { get; private set; } = [];

    internal string CaPem => File.ReadAllText(CaFile);

    internal static async Task<OpensslAuthority> CreateAsync(string name = "Test CA")
    {
        var authority = new OpensslAuthority();
        var folder = authority._folder;
        Directory.CreateDirectory(Path.Combine(folder, "certs"));
        await File.WriteAllTextAsync(Path.Combine(folder, "index.txt"), "");
        await File.WriteAllTextAsync(Path.Combine(folder, "crlnumber"), "01\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "ca.cnf"), """
            [ca]
            default_ca = d
            [d]
            database = index.txt
            new_certs_dir = certs
            certificate = ca.pem
            private_key = ca.key
            rand_serial = yes
            crlnumber = crlnumber
            default_md = sha256
            default_days = 365
            default_crl_days = 30
            policy = p
            [p]
            commonName = supplied
            [req]
            distinguished_name = dn
            [dn]
            [delta]
            2.5.29.27 = critical, ASN1:INTEGER:1
            [partial]
            issuingDistributionPoint = critical, @point
            [point]
            fullname = URI:http://127.0.0.1/part.crl
            """);
        await authority.RunAsync("req", "-x509", "-config", "ca.cnf", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650", "-subj", "/CN=" + name,
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature");
        authority.Certificate = X509Certificate2.CreateFromPem(authority.CaPem).RawData;
        return authority;
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Issues a certificate that names these sources.</summary>
    internal async Task<IssuedCertificate> IssueAsync(string name, Uri? ocsp = null, Uri? crl = null, string more = "keyUsage=critical,digitalSignature")
    {
        var extensions = "basicConstraints=critical,CA:FALSE\n" + more + "\n";
        if (ocsp is not null) extensions += $"authorityInfoAccess=OCSP;URI:{ocsp}\n";
        if (crl is not null) extensions += $"crlDistributionPoints=URI:{crl}\n";
        await File.WriteAllTextAsync(Path.Combine(_folder, name + ".ext"), extensions);
        await RunAsync("req", "-new", "-config", "ca.cnf", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key", "-subj", "/CN=" + name, "-out", name + ".csr");
        await RunAsync("ca", "-batch", "-config", "ca.cnf", "-extfile", name + ".ext", "-in", name + ".csr", "-out", name + ".pem", "-notext");
        return new IssuedCertificate(X509Certificate2.CreateFromPem(Pem(name)).RawData, Certificate);
    }

    internal string Pem(string name) => File.ReadAllText(Path.Combine(_folder, name + ".pem"));

    internal string KeyPem(string name) => File.ReadAllText(Path.Combine(_folder, name + ".key"));

    internal Task RevokeAsync(string name, string reason = "keyCompromise") =>
        RunAsync("ca", "-config", "ca.cnf", "-revoke", name + ".pem", "-crl_reason", reason);

    /// <summary>A CRL, DER.</summary>
    internal async Task<byte[]> CrlAsync(params string[] more)
    {
        await RunAsync(["ca", "-config", "ca.cnf", "-gencrl", "-out", "crl.pem", .. more]);
        var pem = await File.ReadAllTextAsync(Path.Combine(_folder, "crl.pem"));
        return Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);
    }

    /// <summary>Starts a responder; it answers as the authority itself unless another signer is named.</summary>
    internal async Task StartResponderAsync(int port, string? signer = null, OpensslAuthority? foreign = null)
    {
        var from = foreign?._folder ?? _folder;
        var process = Process.Start(new ProcessStartInfo("openssl", [
            "ocsp", "-port", $"{port}", "-index", "index.txt", "-CA", "ca.pem", "-nmin", "10",
            "-rsigner", Path.Combine(from, (signer ?? "ca") + ".pem"), "-rkey", Path.Combine(from, (signer ?? "ca") + ".key")])
        {
            WorkingDirectory = _folder, UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true,
        })!;
        _responders.Add(process);
        // It says so when it listens; later lines are drained so that it never blocks.
        var line = await process.StandardError.ReadLineAsync();
        while (line is not null && !line.Contains("waiting for OCSP", StringComparison.OrdinalIgnoreCase) && !line.Contains("ACCEPT", StringComparison.Ordinal)) line = await process.StandardError.ReadLineAsync();
        _ = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
    }

    internal async Task StopRespondersAsync()
    {
        foreach (var responder in _responders)
        {
            responder.Kill(entireProcessTree: true);
            await responder.WaitForExitAsync();
            responder.Dispose();
        }

        _responders.Clear();
    }

    /// <summary>Asks a responder with openssl itself, without a nonce; its answer, DER.</summary>
    internal async Task<byte[]> AskAsync(string name, int port)
    {
        await RunAsync("ocsp", "-issuer", "ca.pem", "-cert", name + ".pem", "-url", $"http://127.0.0.1:{port}/", "-no_nonce", "-respout", "answer.der", "-CAfile", "ca.pem");
        return await File.ReadAllBytesAsync(Path.Combine(_folder, "answer.der"));
    }

    public async ValueTask DisposeAsync()
    {
        await StopRespondersAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { WorkingDirectory = _folder, UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"openssl {string.Join(' ', arguments)}: {errors}{await output}");
    }
}
