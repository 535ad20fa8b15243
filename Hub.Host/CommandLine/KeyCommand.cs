using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Signatures;
using Hub.Host.Api.Registry;
using Hub.Host.Identity;

namespace Hub.Host.CommandLine;

/// <summary><c>hub key</c>: keys of systems: list, prove, revoke, report as compromised.</summary>
internal static class KeyCommand
{
    private const int MaxRows = 10_000;

    internal static Command Create()
    {
        var command = new Command("key", "Keys of systems and people (khóa).");
        command.Subcommands.Add(List());
        command.Subcommands.Add(Prove());
        command.Subcommands.Add(KeyExpiringCommand.Create());
        command.Subcommands.Add(End("revoke", "Revoke a key from now on, or from an instant (thu hồi).", "hub key revoke H29.12/qlvb k1 --reason \"Thay khóa định kỳ\""));
        command.Subcommands.Add(End("compromised", "Revoke a key that fell into wrong hands, and list what it signed since (khóa bị lộ).", "hub key compromised H29.12/qlvb k1 --since 2026-11-20T08:00:00+07:00 --reason \"Mất thiết bị\""));
        return command.WithExamples("""
            hub key list H29.12/qlvb
            hub key prove --hub H29.99/lgsp --owner H29.12/qlvb --key new.pem --old-key k1.pem --old-key-id k1
            hub key compromised H29.12/qlvb k1 --since 2026-11-20T08:00:00+07:00 --reason "Mất thiết bị"
            """);
    }

    private static Command List()
    {
        var person = new PersonOptions();
        var system = new Argument<string?>("SYSTEM") { Description = "Only of this system or agency (chỉ của).", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("list", "List keys: use, validity, revocation (danh sách khóa).") { system };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, async hub =>
        {
            var of = parsed.GetValue(system);
            var filter = of is null ? "" : of.Contains('/', StringComparison.Ordinal) ? $"&q={Uri.EscapeDataString(of)}" : $"&under={Uri.EscapeDataString(of)}";
            var rows = await hub.ListAsync($"/api/v1/keys?limit=200{filter}", MaxRows, cancellationToken);
            if (of?.Contains('/', StringComparison.Ordinal) == true) rows = [.. rows.Where(r => Output.Text(r, "id").StartsWith(of + " ", StringComparison.Ordinal))];
            var output = new Output(parsed);
            if (output.IsJson) output.Json(rows);
            else
            {
                output.Table(
                    ["Key · Khóa", "Use", "From · Từ", "Until · Đến", "Revoked · Thu hồi", "Certificate"],
                    rows.Select(static r => (r, v: r.GetProperty("value"))).Select(static x => (IReadOnlyList<string>)[
                        Output.Text(x.r, "id"), Output.Text(x.v, "use") is { Length: > 0 } use ? use : "signature", Output.Time(x.v, "notBefore"), Output.Time(x.v, "notAfter"), Output.Time(x.v, "revoked"),
                        Output.Text(x.v, "pem").Contains("CERTIFICATE", StringComparison.Ordinal) ? "yes · có" : ""]));
            }

            return ExitCode.Ok;
        }, cancellationToken));
        return command.WithExamples("""
            hub key list
            hub key list H29.12/qlvb --json
            """);
    }

    private static Command Prove()
    {
        var hub = new Option<string>("--hub") { Description = "Address of the hub where the key is registered, e.g. H29.99/lgsp.", HelpName = "ADDRESS", Required = true };
        var owner = new Option<string>("--owner") { Description = "Whose key it is: agency/system, operator:name or auditor:name (chủ khóa).", HelpName = "NAME", Required = true };
        var use = new Option<string>("--use") { Description = "signature or encryption.", DefaultValueFactory = static _ => "signature", HelpName = "USE" };
        var key = new Option<string>("--key") { Description = "The new private key; it never leaves this machine (khóa mới).", HelpName = "FILE", Required = true };
        var oldKey = new Option<string?>("--old-key") { Description = "An older private key of the same system, which vouches for the new one: no second person is needed then (khóa cũ).", HelpName = "FILE" };
        var oldId = new Option<string>("--old-key-id") { Description = "The id of the older key in the registry.", DefaultValueFactory = static _ => "k1", HelpName = "ID" };
        use.AcceptOnlyFromAmong("signature", "encryption");
        hub.Validators.Add(static result => AgencyOptions.Check(result, static text => SystemAddress.Parse(text)));
        owner.Validators.Add(static result => AgencyOptions.Check(result, static text =>
        {
            if (!ClientKeys.IsPerson(text) && !SystemAddress.TryParse(text, out _)) throw new FormatException($"'{text}' is neither agency/system, operator:name nor auditor:name.");
        }));
        var command = new Command("prove", "Make the proof that goes with a new key into the registry; works without a hub (bằng chứng sở hữu khóa).") { hub, owner, use, key, oldKey, oldId };
        command.SetAction((parsed, cancellationToken) => OperatorCommand.GuardAsync(parsed, async () =>
        {
            var signer = PersonOptions.ReadKey("new", parsed.GetValue(key)!, "--key");
            var thumbprint = new VerificationKey("new", signer.ExportSubjectPublicKeyInfo()).Thumbprint;
            var proof = new KeyProof(SystemAddress.Parse(parsed.GetValue(hub)!), parsed.GetValue(owner)!, parsed.GetValue(use)!, thumbprint, DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()));
            var text = await proof.ProvePossessionAsync(signer, cancellationToken);
            if (parsed.GetValue(oldKey) is { } file) text += " " + await proof.ProveSuccessionAsync(PersonOptions.ReadKey(parsed.GetValue(oldId)!, file, "--old-key"), cancellationToken);
            var output = new Output(parsed);
            var pem = System.Security.Cryptography.PemEncoding.WriteString("PUBLIC KEY", signer.ExportSubjectPublicKeyInfo());
            if (output.IsJson) output.Json(new { sha256 = thumbprint, time = Rfc3339.Format(proof.Time), use = proof.Use, pem, proof = text });
            else output.Line(text);
            return ExitCode.Ok;
        }));
        return command.WithExamples("""
            hub key prove --hub H29.99/lgsp --owner H29.12/qlvb --key new.pem
            hub key prove --hub H29.99/lgsp --owner H29.12/qlvb --key new.pem --old-key k1.pem --old-key-id k1 --json
            """);
    }

    private static Command End(string verb, string description, string example)
    {
        var person = new PersonOptions();
        var system = new Argument<string>("SYSTEM") { Description = "The system (hệ thống)." };
        var key = new Argument<string>("KEY") { Description = "Id of the key (mã khóa)." };
        var since = new Option<string?>("--since") { Description = "Since when: a day (from midnight in Vietnam) or an RFC 3339 time; now when left out (từ khi).", HelpName = "TIME" };
        var reason = new Option<string>("--reason") { Description = "What happened; stands in the log (lý do).", HelpName = "TEXT", Required = true };
        var command = new Command(verb, description) { system, key, since, reason };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, async hub =>
        {
            var path = $"{RegistryPath.Of("keys", $"{parsed.GetValue(system)} {parsed.GetValue(key)}")}/compromised";
            var report = await hub.PostAsync(path, new JsonObject { ["since"] = parsed.GetValue(since), ["reason"] = parsed.GetValue(reason) }, cancellationToken);
            return Write(new Output(parsed), report, withSigned: verb == "compromised");
        }, cancellationToken));
        return command.WithExamples(example);
    }

    private static int Write(Output output, JsonElement report, bool withSigned)
    {
        if (output.IsJson)
        {
            output.Json(report);
            return ExitCode.Ok;
        }

        OutcomeReport.Show(output, report.GetProperty("outcome"));
        output.Line($"Revoked from · Thu hồi từ {Output.Time(report, "revokedFrom")}");
        if (!withSigned) return ExitCode.Ok;
        var signed = report.GetProperty("signed");
        output.Table(
            ["Signed since · Đã ký từ đó", "Type", "Accepted · Tiếp nhận", "Certain · Chắc chắn"],
            Output.Items(signed).Select(static m => (IReadOnlyList<string>)[Output.Text(m, "key"), Output.Text(m, "type"), Output.Time(m, "accepted"), Output.Text(m, "certain")]));
        if (Output.Text(signed, "next").Length > 0) output.Line("There are more: GET /api/v1/keys/…/signed?since=… lists all of them.");
        return ExitCode.Ok;
    }
}
