using System.CommandLine;
using Hub.Contracts.Trail;
using Hub.Host.AgencyClient;

namespace Hub.Host.CommandLine;

/// <summary><c>hub log verify</c>: recomputes a hub's whole log.</summary>
internal static class LogCommand
{
    private static readonly Option<string?> Url = new("--url") { Description = "Address of a hub, to verify from outside: its public tiles (địa chỉ trục).", HelpName = "URL" };

    private static readonly Option<string?> Since = new("--since") { Description = "A checkpoint kept from before; must be a prefix of the log (đầu nhật ký đã lưu).", HelpName = "FILE" };

    private static readonly Option<string[]> LogKey = new("--log-key") { Description = "The log's key: a file or the vkey itself; repeatable, one for each epoch: for an earlier one it counts more than what the log says of it. Without it the hub's own word is taken (khóa nhật ký).", HelpName = "FILE|VKEY" };

    internal static Command Create()
    {
        Url.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !(Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
                result.AddError($"--url '{text}' is not an http or https address.");
        });
        var verify = new Command("verify", "Recompute the log: entries, tree, signature, and an older checkpoint as its prefix (kiểm tra nhật ký).") { Url, Since, LogKey };
        verify.SetAction(RunAsync);
        verify.WithExamples("""
            hub log verify
            hub log verify --since checkpoint-2026-11-01 --log-key log.vkey
            hub log verify --url https://hub.example.gov.vn --log-key log.vkey
            """);
        return new Command("log", "The append-only log of everything that happened (nhật ký liên thông).") { verify };
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken) => parsed.GetValue(Url) is { } url
        ? OperatorCommand.GuardAsync(parsed, async () =>
        {
            var address = new Uri(url);
            using var http = new HttpClient(HubConnection.Handler(address)) { BaseAddress = address };
            return await VerifyAsync(parsed, new LogReader(path => GetAsync(http, path, cancellationToken), seesEntries: false), cancellationToken);
        })
        : OperatorCommand.RunAsync(
            parsed,
            hub => VerifyAsync(parsed, new LogReader(path => hub.OctetsAsync(HttpMethod.Get, path, null, null, cancellationToken), seesEntries: true), cancellationToken),
            cancellationToken);

    private static async Task<int> VerifyAsync(ParseResult parsed, LogReader log, CancellationToken cancellationToken)
    {
        var given = parsed.GetValue(LogKey) is { Length: > 0 } named ? named.Select(TrustedLogKey.Read).ToList() : null;
        var current = NoteVerifier.Parse(await log.KeyAsync());
        var key = given is null ? current : given.Find(trusted => trusted.Name == current.Name) ?? given[0];
        var ended = await log.EndedEpochsAsync();
        var older = parsed.GetValue(Since) is { } file ? await EvidenceFile.ReadAsync(file, "checkpoint", CheckpointNote, cancellationToken) : null;
        var verdict = await LongWork.RunAsync("Verifying", report => new LogVerification(log, key, report, ended, given).RunAsync(older));
        var output = new Output(parsed);
        if (output.IsJson)
        {
            output.Json(verdict);
            return verdict.Valid ? ExitCode.Ok : ExitCode.Refused;
        }

        output.Line(verdict.Valid ? "The log holds. Nhật ký toàn vẹn." : "The log does NOT hold. Nhật ký KHÔNG toàn vẹn.");
        foreach (var failure in verdict.Failures) output.Line($"  - {failure}");
        output.Line($"  {verdict.Origin}: {verdict.Size} entries{(log.SeesEntries ? $", {verdict.Erased} with erased bodies" : ", hashes only")}{(older is null ? "" : ", compared with an older checkpoint")}");
        foreach (var epoch in ended) output.Line($"  before: {epoch.Origin}, kept up to {epoch.Ended!.Restored} entries{(epoch.Ended.LastKnownSize > epoch.Ended.Restored ? $", {epoch.Ended.LastKnownSize - epoch.Ended.Restored} known to be lost" : "")} (restored {epoch.Ended.At:yyyy-MM-ddTHH:mm:ssZ})");
        if (given is null) output.Line($"  The key was taken from the hub itself; compare it with one got on another way:\n  {key}");
        return verdict.Valid ? ExitCode.Ok : ExitCode.Refused;
    }

    private static string CheckpointNote(string note)
    {
        Checkpoint.Parse(SignedNote.UnverifiedText(note));
        return note;
    }

    private static async Task<byte[]> GetAsync(HttpClient http, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(path, cancellationToken);
            if (!answer.IsSuccessStatusCode) throw await HubRefusalReader.ReadAsync(answer, cancellationToken);
            return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        }
        catch (HttpRequestException broken)
        {
            throw new HubUnreachableException($"The hub at {http.BaseAddress} does not answer: {broken.Message}", broken);
        }
    }
}
