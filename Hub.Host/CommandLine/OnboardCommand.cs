using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;
using Hub.Host.DevPki;

namespace Hub.Host.CommandLine;

/// <summary><c>hub onboard</c>: an agency's own request to be taken onto the bus, and many systems at once.</summary>
internal static class OnboardCommand
{
    internal static Command Create()
    {
        var command = new Command("onboard", "Come onto the bus: apply, follow, and take in many systems at once (đăng ký tham gia).");
        command.Subcommands.Add(Apply());
        command.Subcommands.Add(Status());
        command.Subcommands.Add(BulkCommand.Template());
        command.Subcommands.Add(BulkCommand.Create());
        return command.WithExamples("""
            hub onboard apply request.yaml --key k1=qlvb.pem --url https://hub.example.gov.vn
            hub onboard status 01JD… --url https://hub.example.gov.vn
            hub onboard template > systems.csv
            hub onboard bulk systems.csv --dry-run
            """);
    }

    private static Option<string> Url()
    {
        var url = new Option<string>("--url") { Description = "Address of the hub (địa chỉ trục).", HelpName = "URL", Required = true };
        url.Validators.Add(static result => AgencyOptions.Check(result, static text =>
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")) throw new FormatException($"'{text}' is not the address of a hub. Write https://host or http://127.0.0.1:port.");
        }));
        return url;
    }

    private static Command Apply()
    {
        var file = new Argument<string>("FILE") { Description = "The request, YAML or JSON: hub, system, name, channel, receives, services, contact (tệp đề nghị)." };
        var url = Url();
        var keys = new Option<string[]>("--key") { Description = "A private key and its id; it signs the request and stays here; repeatable (khóa riêng).", HelpName = "ID=FILE", Required = true };
        var sealing = new Option<string[]>("--encryption-key") { Description = "A private key for sealed payloads; repeatable.", HelpName = "ID=FILE" };
        var command = new Command("apply", "Ask for a system, its keys and services; providers and the operator approve (gửi đề nghị).") { file, url, keys, sealing };
        command.SetAction((parsed, cancellationToken) => OperatorCommand.GuardAsync(parsed, async () =>
        {
            var request = await ReadAsync(parsed.GetValue(file)!, cancellationToken);
            List<(LocalSigner Signer, string Use)> held =
                [.. parsed.GetValue(keys)!.Select(static k => (Read(k, "--key"), "signature")), .. (parsed.GetValue(sealing) ?? []).Select(static k => (Read(k, "--encryption-key"), "encryption"))];
            await AddKeysAsync(request, held, cancellationToken);
            var jws = await SignedDocument.SignAsync(Encoding.UTF8.GetBytes(request.ToJsonString()), SignedDocument.OnboardingType, held[0].Signer, cancellationToken);
            await using var hub = OperatorConnection.Anonymous(new Uri(parsed.GetValue(url)!));
            var content = new ByteArrayContent(Encoding.ASCII.GetBytes(jws));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/jose");
            var outcome = await hub.JsonAsync(HttpMethod.Post, "/api/v1/onboarding", content, null, cancellationToken);
            var output = new Output(parsed);
            if (output.IsJson) output.Json(outcome);
            else
            {
                output.Line($"Request · Đề nghị {Output.Text(outcome, "proposal")} waits for approval (chờ phê duyệt):");
                foreach (var need in Output.Items(outcome, "needs")) output.Line($"  {Output.Text(need, "by")} {Output.Text(need, "agency")} – {Output.Text(need, "why")}");
                output.Line($"Follow it with: hub onboard status {Output.Text(outcome, "proposal")} --url {parsed.GetValue(url)}");
            }

            return ExitCode.Ok;
        }));
        return command.WithExamples("""
            hub onboard apply request.yaml --key k1=qlvb.pem --url https://hub.example.gov.vn
            hub onboard apply request.yaml --key k1=qlvb.pem --encryption-key e1=qlvb-enc.pem --url https://hub.example.gov.vn
            # request.yaml: {hub: H29.99/lgsp, system: H29.12/qlvb, name: Quản lý văn bản, channel: {kind: mailbox}, receives: [vn.document.v1],
            #                services: [{type: vn.document.v1, to: H29}], contact: "Ông An, 0900 000 000"}
            """);
    }

    private static async Task<JsonObject> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (new FileInfo(path) is { Exists: true, Length: > 64 * 1024 }) throw new FormatException($"'{path}' is larger than a request may be (64 KiB).");
        var text = (await File.ReadAllTextAsync(path, cancellationToken)).TrimStart('\uFEFF');
        return RegistryPatchFile.Json(RegistryKeys.Load(text)) as JsonObject ?? throw new FormatException($"'{path}' is no mapping.");
    }

    private static LocalSigner Read(string named, string option) => named.Split('=', 2) is [{ Length: > 0 } id, var file]
        ? PersonOptions.ReadKey(id, file, option)
        : throw new FormatException($"{option} '{named}': write ID=FILE, e.g. k1=qlvb.pem.");

    /// <summary>The public halves with their proofs; what the file says of a key of the same id (a certificate, dates) stays.</summary>
    private static async Task AddKeysAsync(JsonObject request, IReadOnlyList<(LocalSigner Signer, string Use)> held, CancellationToken cancellationToken)
    {
        if (!SystemAddress.TryParse(request["hub"]?.ToString(), out var hub) || !SystemAddress.TryParse(request["system"]?.ToString(), out var system))
            throw new FormatException("The request must say 'hub' and 'system', each as agency/system.");
        var keys = request["keys"] as JsonArray;
        if (keys is null) request["keys"] = keys = [];
        foreach (var (signer, use) in held)
        {
            var key = keys.OfType<JsonObject>().FirstOrDefault(k => k["id"]?.ToString() == signer.KeyId);
            if (key is null) keys.Add(key = new JsonObject { ["id"] = signer.KeyId, ["pem"] = System.Security.Cryptography.PemEncoding.WriteString("PUBLIC KEY", signer.ExportSubjectPublicKeyInfo()) });
            if (use == "encryption") key["use"] = use;
            var thumbprint = new VerificationKey(signer.KeyId, signer.ExportSubjectPublicKeyInfo()).Thumbprint;
            var now = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
            key["proof"] = await new KeyProof(hub, system.ToString(), use, thumbprint, now).ProvePossessionAsync(signer, cancellationToken);
        }
    }

    private static Command Status()
    {
        var id = new Argument<string>("ID") { Description = "The request (mã đề nghị)." };
        var url = Url();
        var command = new Command("status", "What became of a request (tình trạng đề nghị).") { id, url };
        command.SetAction((parsed, cancellationToken) => OperatorCommand.GuardAsync(parsed, async () =>
        {
            await using var hub = OperatorConnection.Anonymous(new Uri(parsed.GetValue(url)!));
            var status = await hub.GetAsync($"/api/v1/onboarding/{Uri.EscapeDataString(parsed.GetValue(id)!)}", cancellationToken);
            var output = new Output(parsed);
            if (output.IsJson) output.Json(status);
            else Write(output, status);
            return ExitCode.Ok;
        }));
        return command.WithExamples("hub onboard status 01JD… --url https://hub.example.gov.vn");
    }

    private static void Write(Output output, JsonElement status)
    {
        output.Line($"{Output.Text(status, "system")}: {Output.Text(status, "state")} (asked · đề nghị {Output.Time(status, "created")}, waits until · chờ đến {Output.Time(status, "expires")})");
        foreach (var need in Output.Items(status, "missing")) output.Line($"  needs · cần: {Output.Text(need, "by")} {Output.Text(need, "agency")}");
        if (Output.Text(status, "reason") is { Length: > 0 } reason) output.Line($"  {reason}");
    }
}
