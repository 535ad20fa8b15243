using System.Net;
using System.Text.Json.Nodes;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.Backup;

/// <summary>A hub goes on from a backup: what was lost is known, and nobody is told two things under one key.</summary>
[TestFixture]
public sealed class When_a_hub_is_restored
{
    private BackupBench _bench = null!;

    [SetUp]
    public async Task MakeHub()
    {
        _bench = new BackupBench();
        await _bench.ImportAsync();
    }

    [TearDown]
    public void RemoveHub() => _bench.Dispose();

    [Test, CancelAfter(300_000)]
    public async Task Should_know_what_it_kept_and_take_again_what_it_lost(CancellationToken stop)
    {
        var (kept, lost, erased) = (await _bench.SignAsync("kept"), await _bench.SignAsync("lost"), await _bench.SignAsync("erased"));
        string keptReceipt, lostReceipt, before, oldKey;
        await using (var hub = await _bench.StartAsync())
        {
            keptReceipt = await _bench.SendAsync(hub.BaseAddress, kept);
            await _bench.SendAsync(hub.BaseAddress, erased);
            await TakeAsync(hub.BaseAddress, 2);
            before = await hub.Http.GetStringAsync("/log/checkpoint", stop);
            await BackUpAsync("first");
            lostReceipt = await _bench.SendAsync(hub.BaseAddress, lost);
            await _bench.RunAsync("erase", KeyOf("erased"), "--reason", "Quyết định 12/QĐ");
            oldKey = await hub.Http.GetStringAsync("/log/key", stop);
            await hub.KillAsync();
        }

        await File.WriteAllTextAsync(_bench.In("before"), before, stop);
        await File.WriteAllTextAsync(_bench.In("gap"), Receipt.Parse(lostReceipt).Proof.CheckpointNote, stop);
        await File.WriteAllTextAsync(_bench.In("lost.tlog-proof"), lostReceipt, stop);
        var report = await RestoreAsync("first", "--instead", "--checkpoint", _bench.In("lost.tlog-proof"));
        Assert.Multiple(() =>
        {
            Assert.That(report["origin"]!.GetValue<string>(), Is.EqualTo("Z97/hub/log/2"));
            Assert.That(report["lost"]!.GetValue<long>(), Is.Positive);
            Assert.That(report["erased"]!.GetValue<int>(), Is.EqualTo(1));
            Assert.That(File.Exists(Path.Combine(report["aside"]!.GetValue<string>(), "keys", "log.pem")), Is.False);
        });
        Assert.That((await HubProcess.RunAsync("status", "--data", report["aside"]!.GetValue<string>())).ExitCode, Is.Not.Zero, "What was put aside is no hub any more.");

        await using var restored = await _bench.StartAsync();
        var epochs = JsonNode.Parse(await restored.Http.GetStringAsync("/log/epochs", stop))!["epochs"]!.AsArray();
        Assert.That(epochs.Select(static e => e!["origin"]!.GetValue<string>()), Is.EqualTo(new[] { "Z97/hub/log/1", "Z97/hub/log/2" }));
        Assert.That(epochs[0]!["key"]!.GetValue<string>(), Is.EqualTo(oldKey.Trim()));
        Assert.That(epochs[0]!["ended"]!["lastKnownSize"]!.GetValue<long>(), Is.GreaterThan(Receipt.Parse(lostReceipt).Proof.Index));
        var (first, second) = (NoteVerifier.Parse(oldKey.Trim()), NoteVerifier.Parse(epochs[1]!["key"]!.GetValue<string>()));
        Assert.That(second.Key.Thumbprint, Is.Not.EqualTo(first.Key.Thumbprint));
        Assert.That(Receipt.Parse(lostReceipt).Verify(first, lost).Valid, "A receipt of the gap stays a proof.");

        Assert.That(await StandingsAsync(restored.BaseAddress, keptReceipt, lostReceipt, "no receipt"), Is.EqualTo(new[] { "known", "lost", "invalid" }));
        Assert.That(await _bench.SendAsync(restored.BaseAddress, kept, HttpStatusCode.OK), Is.EqualTo(keptReceipt));
        var again = Receipt.Parse(await _bench.SendAsync(restored.BaseAddress, lost));
        Assert.That(again.Verify(second, lost).Failures, Is.Empty);
        Assert.That(await StandingsAsync(restored.BaseAddress, lostReceipt), Is.EqualTo(new[] { "known" }));
        Assert.That(await TakeAsync(restored.BaseAddress, 1), Is.EqualTo(new[] { KeyOf("lost") }), "What was acknowledged before the backup does not come again.");

        using var content = await _bench.Sender.GetAsync(restored.BaseAddress, $"/api/v1/messages/{KeyOf("erased")}/content");
        Assert.That(content.StatusCode, Is.EqualTo(HttpStatusCode.Gone));
        await _bench.RunAsync("log", "verify");
        await _bench.RunAsync("log", "verify", "--since", _bench.In("before"));
        await File.WriteAllTextAsync(_bench.In("old.vkey"), oldKey, stop);
        await File.WriteAllTextAsync(_bench.In("new.vkey"), second.ToString(), stop);
        await _bench.RunAsync("log", "verify", "--log-key", _bench.In("new.vkey"), "--log-key", _bench.In("old.vkey"), "--since", _bench.In("before"));
        var opening = Receipt.Parse(epochs[0]!["ended"]!["opening"]!.GetValue<string>());
        Assert.That((opening.Proof.Index, opening.Header.Kind), Is.EqualTo((epochs[0]!["ended"]!["restored"]!.GetValue<long>(), EntryKinds.LogEpochOpened)));
        var gap = await HubProcess.RunAsync("log", "verify", "--since", _bench.In("gap"), "--data", _bench.Data);
        Assert.That((gap.ExitCode, gap.Output.Contains("in the gap", StringComparison.Ordinal)), Is.EqualTo((1, true)), gap.ToString());
        Assert.That(JsonNode.Parse((await _bench.RunAsync("erasures", "--json")).Output)!["items"]!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test, CancelAfter(300_000)]
    public async Task Should_verify_through_two_restorations(CancellationToken stop)
    {
        string first, second;
        await using (var hub = await _bench.StartAsync()) first = await _bench.SendAsync(hub.BaseAddress, await _bench.SignAsync("one"));
        await BackUpAsync("one");
        await RestoreAsync("one", "--instead");
        await using (var hub = await _bench.StartAsync()) second = await _bench.SendAsync(hub.BaseAddress, await _bench.SignAsync("two"));
        await BackUpAsync("two");
        Assert.That((await RestoreAsync("two", "--instead"))["origin"]!.GetValue<string>(), Is.EqualTo("Z97/hub/log/3"));
        // A backup of an epoch that is long over takes no number again.
        await using (var hub = await _bench.StartAsync())
        {
            Assert.That(await StandingsAsync(hub.BaseAddress, first, second), Is.EqualTo(new[] { "known", "known" }));
            Assert.That(await _bench.SendAsync(hub.BaseAddress, await _bench.SignAsync("three")), Does.Contain("Z97/hub/log/3"));
            await _bench.RunAsync("log", "verify");
        }

        var back = await RestoreAsync("one", "--instead");
        Assert.That(back["origin"]!.GetValue<string>(), Is.EqualTo("Z97/hub/log/4"));
        await using var last = await _bench.StartAsync();
        Assert.That(await StandingsAsync(last.BaseAddress, first, second), Is.EqualTo(new[] { "known", "lost" }));
        await _bench.RunAsync("log", "verify");
    }

    [Test, CancelAfter(300_000)]
    public async Task Should_not_be_served_half_restored_and_go_on_when_run_again([Values("restoring.json", "hub.json", "public/log-1.vkey", "keys/log.pem")] string until, CancellationToken stop)
    {
        string receipt;
        await using (var hub = await _bench.StartAsync()) receipt = await _bench.SendAsync(hub.BaseAddress, await _bench.SignAsync("one"));
        await BackUpAsync("one");
        var start = new System.Diagnostics.ProcessStartInfo("dotnet", [HubProcess.HubDll, .. RestoreArguments("one", "--instead")]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using (var restoring = System.Diagnostics.Process.Start(start)!)
        {
            var aside = Path.Combine(_bench.Data, "restoring.json");
            while (!restoring.HasExited && !(File.Exists(aside) && File.Exists(Path.Combine(_bench.Data, until)))) await Task.Delay(1, stop);
            restoring.Kill();
            await restoring.WaitForExitAsync(stop);
        }

        if (File.Exists(Path.Combine(_bench.Data, "restoring.json")))
        {
            Assert.That((await HubProcess.RunAsync("status", "--data", _bench.Data)).ExitCode, Is.Not.Zero);
            await RestoreAsync("one");
        }

        await using var restored = await _bench.StartAsync();
        Assert.That(await StandingsAsync(restored.BaseAddress, receipt), Is.EqualTo(new[] { "known" }));
        await _bench.RunAsync("log", "verify");
    }

    [Test, CancelAfter(300_000)]
    public async Task Should_change_nothing_when_it_is_refused(CancellationToken stop)
    {
        await BackUpAsync("sound");
        var sound = await File.ReadAllBytesAsync(_bench.In("sound"), stop);
        await File.WriteAllBytesAsync(_bench.In("broken"), sound[..^1], stop);
        string[][] refused =
        [
            RestoreArguments("sound"),
            RestoreArguments("broken", "--instead"),
            [.. RestoreArguments("sound", "--instead").Where(static a => a != "--keys").Where(a => a != _bench.In("keys"))],
            [.. RestoreArguments("sound", "--instead"), "--checkpoint", _bench.In("registry.yaml")],
        ];
        foreach (var arguments in refused)
        {
            var result = await HubProcess.RunAsync(arguments);
            Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
            await _bench.RunAsync("log", "verify");
        }

        Directory.CreateDirectory(_bench.In("elsewhere/lost+found"));
        var nowhere = await HubProcess.RunAsync([.. RestoreArguments("sound")[..^1], _bench.In("elsewhere")]);
        Assert.That(nowhere.ExitCode, Is.Zero, nowhere.ToString());
    }

    [Test, CancelAfter(300_000)]
    public async Task Should_keep_out_what_was_accepted_and_erased_after_the_backup(CancellationToken stop)
    {
        var (kept, late) = (await _bench.SignAsync("kept"), await _bench.SignAsync("late"));
        string receipt;
        await using (var hub = await _bench.StartAsync())
        {
            await _bench.SendAsync(hub.BaseAddress, kept);
            await BackUpAsync("first");
            receipt = await _bench.SendAsync(hub.BaseAddress, late);
            await _bench.RunAsync("erase", KeyOf("late"), "--reason", "Quyết định 13/QĐ");
            await _bench.RunAsync("erase", KeyOf("kept"), "--reason", "Quyết định 14/QĐ");
        }

        // As an operator keeps it: what the command prints.
        await File.WriteAllTextAsync(_bench.In("erased.json"), (await _bench.RunAsync("erasures", "--json")).Output, stop);
        File.Delete(Path.Combine(_bench.Data, "erasures.jsonl"));
        var report = await RestoreAsync("first", "--instead", "--erasures", _bench.In("erased.json"));
        Assert.That((report["erased"]!.GetValue<int>(), report["keptOut"]!.GetValue<int>()), Is.EqualTo((1, 1)));

        await using var restored = await _bench.StartAsync();
        Assert.That(await StandingsAsync(restored.BaseAddress, receipt), Is.EqualTo(new[] { "erased" }));
        Assert.That(await _bench.SendAsync(restored.BaseAddress, late, HttpStatusCode.Gone), Does.Contain("content-erased"));
        await _bench.SendAsync(restored.BaseAddress, await _bench.SignAsync("new"));
    }

    [Test, CancelAfter(300_000)]
    public async Task Should_refuse_a_backup_that_is_not_the_hubs(CancellationToken stop)
    {
        string receipt;
        await using (var hub = await _bench.StartAsync()) receipt = await _bench.SendAsync(hub.BaseAddress, await _bench.SignAsync("genuine"));
        await BackUpAsync("genuine");
        await File.WriteAllTextAsync(_bench.In("receipt"), receipt, stop);

        // Somebody with the recipient's public key makes a hub of the same name, with his own keys, and a backup of it.
        string[] there = ["--data", _bench.In("forger")];
        Assert.That((await HubProcess.RunAsync(["import", _bench.In("registry.yaml"), .. there])).ExitCode, Is.Zero);
        var forging = await HubProcess.RunAsync(["backup", "--to", _bench.In("forged"), "--recipient", _bench.In("public.pem"), "--with-keys", .. there]);
        Assert.That(forging.ExitCode, Is.Zero, forging.ToString());
        await _bench.VerifyAsync("forged", holds: false);
        string[][] refused =
        [
            RestoreArguments("forged", "--instead"),
            [.. Without(RestoreArguments("forged", "--instead"), "--keys")],
            [.. Without(RestoreArguments("forged", "--checkpoint", _bench.In("receipt")), "--keys")[..^1], _bench.In("elsewhere")],
        ];
        foreach (var arguments in refused)
        {
            var result = await HubProcess.RunAsync(arguments);
            Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
            await _bench.RunAsync("log", "verify");
        }

        // The public half of its log key alone contradicts, too.
        var copy = Directory.CreateDirectory(_bench.In("forger-keys")).FullName;
        foreach (var key in Directory.EnumerateFiles(_bench.In("forger/keys"))) File.Copy(key, Path.Combine(copy, Path.GetFileName(key)));
        File.Copy(Path.Combine(_bench.Data, "public", "log.vkey"), Path.Combine(copy, "log.vkey"));
        var contradicted = await HubProcess.RunAsync("restore", _bench.In("forged"), "--key", _bench.In("private.pem"), "--keys", copy, "--reason", "Thử", "--data", _bench.In("elsewhere"));
        Assert.That(contradicted.ExitCode, Is.Not.Zero, contradicted.ToString());

        var genuine = await _bench.VerifyAsync("genuine");
        Assert.That(genuine["vouched"]!.GetValue<bool>());
        Assert.That((await RestoreAsync("genuine", "--instead", "--checkpoint", _bench.In("receipt")))["vouched"]!.GetValue<bool>());
    }

    [Test, CancelAfter(300_000)]
    public async Task Should_refuse_a_smaller_checkpoint_that_is_no_prefix(CancellationToken stop)
    {
        await using (var hub = await _bench.StartAsync()) await _bench.SendAsync(hub.BaseAddress, await _bench.SignAsync("one"));
        await BackUpAsync("sound");
        var pem = await File.ReadAllTextAsync(Path.Combine(_bench.Data, "keys", "log.pem"), stop);
        var signer = LocalSigner.FromPem("log", pem, SignatureAlgorithm.Es256);
        var other = new Checkpoint("Z97/hub/log/1", 1, new byte[32]);
        await File.WriteAllTextAsync(_bench.In("other"), await SignedNote.SignAsync(other.ToString(), other.Origin, signer, signer.ExportSubjectPublicKeyInfo(), stop), stop);
        var refused = await HubProcess.RunAsync(RestoreArguments("sound", "--instead", "--checkpoint", _bench.In("other")));
        Assert.That(refused.ExitCode, Is.Not.Zero, refused.ToString());
        await _bench.RunAsync("log", "verify");
    }

    [Test, CancelAfter(300_000)]
    public async Task Should_not_be_copied_to_a_database_half_restored(CancellationToken stop)
    {
        await File.WriteAllTextAsync(Path.Combine(_bench.Data, "restoring.json"), "{\"Stage\":1,\"Aside\":null}", stop);
        var copied = await HubProcess.RunAsync("store", "copy", "--from", _bench.Data, "--to", "postgres:Host=127.0.0.1;Port=1;Database=hub");
        Assert.That((copied.ExitCode, copied.ToString().Contains("hub restore", StringComparison.Ordinal)), Is.EqualTo((1, true)), copied.ToString());
    }

    [Test, CancelAfter(300_000)]
    public async Task Should_touch_none_of_what_it_is_to_read(CancellationToken stop)
    {
        await BackUpAsync("sound");
        string Inside(string name, string from)
        {
            var path = Path.Combine(_bench.Data, name);
            File.Copy(from, path);
            return path;
        }

        var (backup, opener, kept) = (Inside("sound", _bench.In("sound")), Inside("private.pem", _bench.In("private.pem")), Inside("kept", Path.Combine(_bench.Data, "hub.json")));
        var link = _bench.In("link");
        Directory.CreateSymbolicLink(link, _bench.Data);
        await File.WriteAllTextAsync(_bench.In("empty.jsonl"), "", stop);
        await File.WriteAllTextAsync(_bench.In("odd.jsonl"), "{\"key\":\"no key\"}\n", stop);
        string[][] refused =
        [
            Named("restore", backup),
            Named("--key", opener),
            Named("--keys", Path.Combine(_bench.Data, "keys")),
            Named("--keys", Path.Combine(link, "keys")),
            RestoreArguments("sound", "--instead", "--checkpoint", kept),
            RestoreArguments("sound", "--instead", "--erasures", kept),
            RestoreArguments("sound", "--instead", "--erasures", _bench.In("empty.jsonl")),
            RestoreArguments("sound", "--instead", "--erasures", _bench.In("odd.jsonl")),
            RestoreArguments("sound", "--instead", "--erasures", _bench.In("nowhere.jsonl")),
        ];
        var before = Directory.EnumerateFileSystemEntries(_bench.Data).Order().ToArray();
        foreach (var arguments in refused)
        {
            var result = await HubProcess.RunAsync(arguments);
            Assert.That(result.ExitCode, Is.Not.Zero, result.ToString());
            Assert.That(Directory.EnumerateFileSystemEntries(_bench.Data).Where(static entry => !entry.EndsWith("hub.lock", StringComparison.Ordinal)).Order(), Is.EqualTo(before.Where(static entry => !entry.EndsWith("hub.lock", StringComparison.Ordinal))), string.Join(' ', arguments));
        }

        string[] Named(string option, string value)
        {
            var arguments = RestoreArguments("sound", "--instead");
            arguments[Array.IndexOf(arguments, option) + 1] = value;
            return arguments;
        }
    }

    private static string[] Without(string[] arguments, string option)
    {
        var at = Array.IndexOf(arguments, option);
        return [.. arguments[..at], .. arguments[(at + 2)..]];
    }

    private async Task BackUpAsync(string file)
    {
        var taken = await _bench.BackUpAsync(file);
        Assert.That(taken.ExitCode, Is.Zero, taken.ToString());
        if (Directory.Exists(_bench.In("keys"))) return;
        Directory.CreateDirectory(_bench.In("keys"));
        foreach (var key in Directory.EnumerateFiles(Path.Combine(_bench.Data, "keys"))) File.Copy(key, Path.Combine(_bench.In("keys"), Path.GetFileName(key)));
    }

    private string[] RestoreArguments(string file, params string[] more) =>
        ["restore", _bench.In(file), "--key", _bench.In("private.pem"), "--keys", _bench.In("keys"), "--reason", "Đĩa hỏng", "--json", .. more, "--data", _bench.Data];

    private async Task<JsonNode> RestoreAsync(string file, params string[] more)
    {
        var result = await HubProcess.RunAsync(RestoreArguments(file, more));
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        return JsonNode.Parse(result.Output)!;
    }

    private async Task<IReadOnlyList<string>> StandingsAsync(Uri hub, params string[] receipts)
    {
        using var answer = await _bench.Sender.PostJsonAsync(hub, "/api/v1/receipts/check", new { receipts });
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), text);
        return [.. JsonNode.Parse(text)!["items"]!.AsArray().Select(static item => item!["standing"]!.GetValue<string>())];
    }

    /// <summary>Claims and acknowledges what waits, which must be so many; their message keys.</summary>
    private async Task<IReadOnlyList<string>> TakeAsync(Uri hub, int count)
    {
        var claims = await _bench.Mailbox.ClaimAsync(hub, max: 50, waitSeconds: 5);
        Assert.That(claims, Has.Count.EqualTo(count));
        foreach (var claim in claims) await _bench.Mailbox.AckAsync(hub, claim!["claim"]!.GetValue<string>());
        return [.. claims.Select(static claim => claim!["message"]!.GetValue<string>())];
    }

    private string KeyOf(string id) => MessageKey.Of(_bench.Sender.Address, id).Value;
}
