using System.Diagnostics;
using System.Globalization;
using Hub.Contracts.Trail;
using Hub.Host.AgencyClient;
using Hub.Host.CommandLine;
using Hub.Host.Demo.Documents;
using Hub.Host.Demo.Processes;
using Hub.Host.DevPki;

namespace Hub.Host.Demo;

/// <summary>The whole demonstration, from an empty folder.</summary>
internal sealed class DemoRun(DemoFolder folder, int port, DemoReport report)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Runs it.</summary>
    /// <param name="exit">Whether to end after the checks; otherwise the hub serves until the token stops it.</param>
    /// <param name="stop">Stops everything.</param>
    /// <returns>Whether every expectation held.</returns>
    public async Task<bool> RunAsync(bool exit, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        report.Step("Development keys for every system of the province Bà Rịa - Vũng Tàu (2017)");
        using var keys = DevelopmentKeyFolder.OpenOrCreate(folder.Keys, TimeProvider.System);
        var ports = DemoWorld.FreePorts(2);
        var registry = DemoRegistry.Make(DemoSeed.Read(), keys, new Dictionary<int, int> { [7101] = ports[0], [7102] = ports[1] });
        await File.WriteAllTextAsync(folder.Registry, registry.Yaml, stop);

        report.Step("hub serve, in its own process");
        await using var server = await HubServer.StartAsync(folder.Hub, folder.Log, registry.Content.Hub.ToString(), port, stop);
        await ImportAsync(stop);

        var logKey = NoteVerifier.Parse((await File.ReadAllTextAsync(folder.LogKey, stop)).Trim());
        await using var world = await DemoWorld.StartAsync(server.Url, registry, keys, HubPublicKey.Read(folder.StatementKey), logKey, ports[0], ports[1]);
        var checks = await ShowAsync(world, registry, logKey, stop);
        var passed = checks.All(static check => check.Holds);
        report.Line(string.Create(CultureInfo.InvariantCulture, $"{checks.Count(static check => check.Holds)} of {checks.Count} expectations hold, after {watch.Elapsed.TotalSeconds:F1} s."));
        if (!passed) folder.Keep();
        if (!exit) await ServeAsync(server, stop);
        return passed;
    }

    private async Task ImportAsync(CancellationToken stop)
    {
        report.Step("hub import: 117 agencies of four levels, their systems, groups and rights");
        var outcome = await HubProgram.RunAsync(stop, "import", folder.Registry, "--data", folder.Hub);
        if (outcome.ExitCode != ExitCode.Ok)
            throw new IOException($"hub import ended with {outcome.ExitCode}: {outcome.Error}{outcome.Output}");
    }

    private async Task<IReadOnlyList<DemoCheck>> ShowAsync(DemoWorld world, DemoRegistry registry, NoteVerifier logKey, CancellationToken stop)
    {
        report.Step("Agencies sign and send documents, down and up the levels");
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().AddHours(7).DateTime);
        var post = new DemoPost(world, registry, new DocumentGenerator(2017, today));
        var story = new DemoStory(post, world);
        var reorganisation = new DemoReorganisation(folder, world, registry, post, report);
        var observer = new DemoObserver(world, story);
        await story.TellAsync(report.Sent, stop);
        var forgeries = await new DemoForgeries(world).TryAsync(story.Retried, stop);
        report.Step("Waiting until every document is delivered and answered");
        await observer.SettleAsync(Patience, stop);
        report.Messages(story, observer);
        var entries = await observer.EntriesAsync(story.Retried, stop);
        report.Life(story.Retried, entries);
        IReadOnlyList<DemoCheck> checks = [.. await reorganisation.ShowAsync(stop)];
        var findings = new DemoFindings(entries, forgeries, await VerifyReceiptAsync(story.Retried, stop), await HubProgram.RunAsync(stop, "log", "verify", "--data", folder.Hub));
        checks = [.. new DemoChecks(world, story, observer, logKey).Judge(findings), .. checks];
        report.Checks(checks);
        return checks;
    }

    private async Task<CommandOutcome> VerifyReceiptAsync(DemoMessage message, CancellationToken stop)
    {
        var receipt = folder.In("receipt.tlog-proof");
        var envelope = folder.In("envelope.jws");
        await File.WriteAllTextAsync(receipt, message.Sent.ReceiptText, stop);
        await File.WriteAllBytesAsync(envelope, message.Octets, stop);
        return await HubProgram.RunAsync(stop, "receipt", "verify", receipt, "--log-key", folder.LogKey, "--envelope", envelope);
    }

    private async Task ServeAsync(HubServer server, CancellationToken stop)
    {
        report.Line($"""

            The hub keeps serving; the agencies' programs go on answering. Open (mở trình duyệt):
              {server.Url}                     start page
              {server.Url}docs                 the API, to read (tài liệu API)
              {server.Url}openapi/v1.json      the API, OpenAPI 3.1
              {server.Url}problems             every refusal and what to do (mã lỗi)
              {server.Url}log/checkpoint       the signed head of the log (đầu nhật ký)
              {server.Url}metrics              figures
            Try in another terminal, where hub is: dotnet run --project Hub.Host -c Release --
              hub messages --data {folder.Hub}
              hub show KEY --data {folder.Hub}
              hub send --url {server.Url} --from H06/qlvb --key {folder.Keys}/H06_qlvb.key.pem --to H06.42 --type vn.document.v1 --subject "Thử gửi"
            Everything is in {folder.Path}. Ctrl-C stops all{(folder.IsTemporary ? " and deletes this temporary folder; to keep one, start with --data DIR" : "; the folder stays")}.
            """);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stop);
        }
        catch (OperationCanceledException)
        {
            report.Line("Stopping; the hub drains.");
        }
    }
}
