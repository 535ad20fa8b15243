using System.CommandLine;

namespace Hub.Host.CommandLine;

/// <summary><c>hub resolve</c>: which systems a message would reach.</summary>
internal static class ResolveCommand
{
    private const int MaxRows = 20_000;

    internal static Command Create()
    {
        var person = new PersonOptions();
        var to = new Argument<string>("TO") { Description = "Agency, agency/system or group:name (nơi nhận)." };
        var type = new Option<string>("--type") { Description = "Message type (loại thông điệp).", HelpName = "TYPE", Required = true };
        var at = new Option<string?>("--at") { Description = "At this instant, RFC 3339, e.g. after a planned reorganisation; for operators and auditors (tại thời điểm).", HelpName = "TIME" };
        var command = new Command("resolve", "Show which systems a message would reach, and their encryption keys (tra nơi nhận).") { to, type, at };
        person.AddTo(command);
        command.SetAction((parsed, cancellationToken) => OperatorCommand.RunAsync(parsed, person, async hub =>
        {
            var path = $"/api/v1/resolve?to={Uri.EscapeDataString(parsed.GetValue(to)!)}&type={Uri.EscapeDataString(parsed.GetValue(type)!)}&limit=1000";
            if (parsed.GetValue(at) is { } instant) path += $"&at={Uri.EscapeDataString(instant)}";
            var rows = await hub.ListAsync(path, MaxRows, cancellationToken, "recipients");
            var output = new Output(parsed);
            if (output.IsJson) output.Json(rows);
            else
            {
                output.Table(
                    ["System · Hệ thống", "Name · Tên", "Why · Vì sao", "Redirected from · Chuyển từ", "Encryption keys · Khóa mã hóa"],
                    rows.Select(static r => (IReadOnlyList<string>)[
                        Output.Text(r, "system"), Output.Text(r, "name"), Output.Text(r, "why"), $"{Output.Text(r, "redirectedFrom")} {Output.Text(r, "reorganisation")}".Trim(),
                        string.Join(", ", Output.Items(r, "encryptionKeys").Select(static k => Output.Text(k, "id")))]));
            }

            return ExitCode.Ok;
        }, cancellationToken));
        return command.WithExamples("""
            hub resolve H29.12 --type vn.document.v1
            hub resolve group:xa-phuong --type vn.document.v1 --json
            hub resolve H29.12 --type vn.document.v1 --at 2027-01-01T00:00:00+07:00
            hub resolve H29.13 --type vn.document.v1 --as H29.12/qlvb --key qlvb.pem --url https://hub.example.gov.vn
            """);
    }
}
