using System.Text.Json.Nodes;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.Api;

/// <summary>The same commands with a running hub and without one; and what serve refuses.</summary>
[TestFixture]
public sealed class When_the_command_line_meets_a_hub
{
    [Test]
    public async Task Should_work_with_a_running_hub_and_a_stopped_one()
    {
        await using var bench = await ApiBench.StartAsync();
        var key = await bench.SendAsync("cli-1");
        var running = await WalkAsync(bench, key);
        Assert.That(running["url"]!.GetValue<string>(), Is.EqualTo(bench.Url.GetLeftPart(UriPartial.Authority)));
        Assert.That(await bench.Hub.StopAsync(), Is.Zero, bench.Hub.Log);
        Assert.That(File.Exists(Path.Combine(bench.Data, "hub.url")), Is.False);
        Assert.That(File.Exists(Path.Combine(bench.Data, "hub.sock")), Is.False);
        var stopped = await WalkAsync(bench, key);
        Assert.That(stopped["url"], Is.Null);
        await bench.RestartAsync();
        await WalkAsync(bench, key);
    }

    [Test]
    public async Task Should_verify_receipts_and_the_log_from_outside()
    {
        await using var bench = await ApiBench.StartAsync();
        var (envelope, octets) = await bench.DocumentAsync("verify-1");
        using var answer = await bench.Alice.SubmitAsync(bench.Url, octets);
        string[] files = ["receipt", "envelope", "log.vkey", "checkpoint"];
        var (receipt, sent, key, checkpoint) = (In(bench, files[0]), In(bench, files[1]), In(bench, files[2]), In(bench, files[3]));
        await File.WriteAllBytesAsync(receipt, await answer.Content.ReadAsByteArrayAsync());
        await File.WriteAllBytesAsync(sent, octets);
        await File.WriteAllTextAsync(key, await bench.Hub.Http.GetStringAsync("/log/key"));
        await File.WriteAllTextAsync(checkpoint, await bench.Hub.Http.GetStringAsync("/log/checkpoint"));
        for (var i = 0; i < 3; i++) await bench.SendAsync($"more-{i}");

        Assert.That((await HubProcess.RunAsync("receipt", "verify", receipt, "--log-key", key, "--envelope", sent)).ExitCode, Is.Zero);
        foreach (var source in new[] { new[] { "--url", bench.Url.ToString() }, ["--data", bench.Data] })
        {
            var verified = await HubProcess.RunAsync(["log", "verify", "--log-key", key, "--since", checkpoint, .. source]);
            Assert.That(verified.ExitCode, Is.Zero, verified.ToString());
        }

        octets[^1] ^= 1;
        await File.WriteAllBytesAsync(sent, octets);
        Assert.That((await HubProcess.RunAsync("receipt", "verify", receipt, "--log-key", key, "--envelope", sent)).ExitCode, Is.EqualTo(1));
        await File.WriteAllTextAsync(receipt, (await File.ReadAllTextAsync(receipt)).Replace("index ", "index 1", StringComparison.Ordinal));
        Assert.That((await HubProcess.RunAsync("receipt", "verify", receipt, "--log-key", key)).ExitCode, Is.EqualTo(1));
        Assert.That(envelope.Id, Is.EqualTo("verify-1"));
    }

    [Test]
    public async Task Should_notice_a_rewritten_log()
    {
        await using var bench = await ApiBench.StartAsync();
        await using var other = await ApiBench.StartAsync();
        var checkpoint = In(bench, "checkpoint");
        await File.WriteAllTextAsync(checkpoint, await other.Hub.Http.GetStringAsync("/log/checkpoint"));
        var foreign = await HubProcess.RunAsync("log", "verify", "--data", bench.Data, "--since", checkpoint);
        Assert.That(foreign.ExitCode, Is.EqualTo(1), foreign.ToString());
        await File.WriteAllTextAsync(In(bench, "key"), await other.Hub.Http.GetStringAsync("/log/key"));
        var wrongKey = await HubProcess.RunAsync("log", "verify", "--data", bench.Data, "--log-key", In(bench, "key"));
        Assert.That(wrongKey.ExitCode, Is.EqualTo(1), wrongKey.ToString());
    }

    [Test]
    public async Task Should_refuse_a_second_hub_on_the_same_folder()
    {
        await using var bench = await ApiBench.StartAsync();
        var second = await HubProcess.RunAsync("serve", "--data", bench.Data, "--listen", "http://127.0.0.1:0");
        Assert.That(second.ExitCode, Is.EqualTo(3), second.ToString());
    }

    [Test]
    public async Task Should_refuse_to_listen_beyond_this_machine_without_tls()
    {
        var refused = await HubProcess.RunAsync("serve", "--data", "unused", "--listen", "http://0.0.0.0:0");
        Assert.That(refused.ExitCode, Is.EqualTo(2), refused.ToString());
        Assert.That(Directory.Exists("unused"), Is.False);
    }

    [Test]
    public async Task Should_not_choose_an_address_by_itself()
    {
        using var folder = new NewFolder();
        var refused = await HubProcess.RunAsync("serve", "--data", folder.Path, "--listen", "http://127.0.0.1:0");
        Assert.That(refused.ExitCode, Is.EqualTo(1), refused.ToString());
        Assert.That(refused.Error, Does.Contain("invalid-request").And.Contain("--address"));
        Assert.That(Directory.Exists(folder.Path), Is.False);
    }

    [Test]
    public async Task Should_take_a_lost_identity_from_the_log()
    {
        await using var bench = await ApiBench.StartAsync();
        var identity = Path.Combine(bench.Data, "hub.json");
        var before = await File.ReadAllTextAsync(identity);
        await bench.Hub.StopAsync();
        File.Delete(identity);
        var wrong = await HubProcess.RunAsync("serve", "--data", bench.Data, "--listen", "http://127.0.0.1:0", "--address", "H07/lgsp");
        Assert.That(wrong.ExitCode, Is.EqualTo(1), wrong.ToString());
        Assert.That(File.Exists(identity), Is.False);
        Assert.That((await HubProcess.RunAsync("log", "verify", "--data", bench.Data)).ExitCode, Is.Zero);
        Assert.That(await File.ReadAllTextAsync(identity), Is.EqualTo(before));

        File.Delete(identity);
        File.Delete(Path.Combine(bench.Data, "keys", "log.pem"));
        var unproven = await HubProcess.RunAsync("serve", "--data", bench.Data, "--listen", "http://127.0.0.1:0");
        Assert.That(unproven.ExitCode, Is.EqualTo(3), unproven.ToString());
        Assert.That(unproven.Error, Does.Contain("hub.json"));
        Assert.That(File.Exists(identity), Is.False);
    }

    [Test]
    public async Task Should_check_a_first_registry_without_a_trace()
    {
        using var folder = new NewFolder();
        await using var bench = await ApiBench.StartAsync();
        var good = In(bench, "good.yaml");
        var bad = In(bench, "bad.yaml");
        await File.WriteAllTextAsync(good, (await bench.RunAsync("import", "--export")).Output);
        await File.WriteAllTextAsync(bad, "hub: H06.09/lgsp\nrights: [{from: nobody}]\n");
        var refused = await HubProcess.RunAsync("import", bad, "--data", folder.Path);
        Assert.That(refused.ExitCode, Is.EqualTo(1), refused.ToString());
        Assert.That(refused.Error, Does.Contain("registry-invalid"));
        Assert.That((await HubProcess.RunAsync("import", bad, "--data", folder.Path, "--dry-run")).ExitCode, Is.EqualTo(1));
        var checkedOnly = await HubProcess.RunAsync("import", good, "--data", folder.Path, "--dry-run");
        Assert.That(checkedOnly.ExitCode, Is.Zero, checkedOnly.ToString());
        Assert.That(checkedOnly.Output, Does.Contain("systems"));
        Assert.That(Directory.Exists(folder.Path), Is.False);
        var made = await HubProcess.RunAsync("import", good, "--data", folder.Path);
        Assert.That(made.ExitCode, Is.Zero, made.ToString());
    }

    [Test]
    public async Task Should_tell_mistakes_from_verdicts()
    {
        await using var bench = await ApiBench.StartAsync();
        var (key, noise) = (In(bench, "log.vkey"), In(bench, "noise"));
        await File.WriteAllTextAsync(key, await bench.Hub.Http.GetStringAsync("/log/key"));
        await File.WriteAllTextAsync(noise, "noise");
        string[][] mistakes =
        [
            ["receipt", "verify", noise, "--log-key", key],
            ["receipt", "verify", In(bench, "missing"), "--log-key", key],
            ["log", "verify", "--data", bench.Data, "--since", noise],
            ["log", "verify", "--data", bench.Data, "--since", In(bench, "missing")],
            ["import", In(bench, "missing"), "--data", bench.Data],
            ["show", "no-key", "--data", bench.Data],
        ];
        foreach (var mistake in mistakes)
        {
            var told = await HubProcess.RunAsync(mistake);
            Assert.That(told.ExitCode, Is.EqualTo(2), told.ToString());
            Assert.That(told.Output, Is.Empty);
        }

        Assert.That((await HubProcess.RunAsync("send", "--help")).ExitCode, Is.Zero);
        var zoneless = await HubProcess.RunAsync("messages", "--data", bench.Data, "--since", "2026-11-23T00:00:00");
        Assert.That(zoneless.ExitCode, Is.EqualTo(1), zoneless.ToString());
        Assert.That(zoneless.Error, Does.Contain("invalid-request"));
    }

    [Test]
    public async Task Should_say_in_a_sentence_that_the_port_is_taken()
    {
        await using var bench = await ApiBench.StartAsync();
        using var folder = new NewFolder();
        var busy = await HubProcess.RunAsync("serve", "--data", folder.Path, "--address", "H07/lgsp", "--listen", bench.Url.GetLeftPart(UriPartial.Authority));
        Assert.That(busy.ExitCode, Is.EqualTo(3), busy.ToString());
        Assert.That(busy.Error, Does.Contain("--listen").And.Not.Contain("   at "));
    }

    [Test]
    public async Task Should_come_back_after_a_kill()
    {
        await using var bench = await ApiBench.StartAsync();
        var key = await bench.SendAsync("kill-1");
        await bench.Hub.KillAsync();
        Assert.That((await bench.RunAsync("messages")).Output, Does.Contain(key));
        await bench.RestartAsync();
        await WalkAsync(bench, key);
    }

    /// <summary>A path where nothing is yet; what is made there goes at the end.</summary>
    private sealed class NewFolder : IDisposable
    {
        internal string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "hub-new-" + System.IO.Path.GetRandomFileName());

        public void Dispose()
        {
            if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
        }
    }

    private static string In(ApiBench bench, string name) => Path.Combine(bench.Folder, name);

    private static async Task<JsonNode> WalkAsync(ApiBench bench, string key)
    {
        Assert.That((await bench.RunAsync("messages", "--from", "H06.01/qlvb")).Output, Does.Contain(key));
        Assert.That((await bench.RunAsync("messages", "--json", "--limit", "1")).Output, Does.Contain("\"items\""));
        Assert.That((await bench.RunAsync("show", key)).Output, Does.Contain("message.accepted"));
        var life = JsonNode.Parse((await bench.RunAsync("show", key, "--json", "--reason", "kiểm thử")).Output)!;
        Assert.That(life["entries"]![0]!["body"]!["from"]!.GetValue<string>(), Is.EqualTo("H06.01/qlvb"));
        await bench.RunAsync("dead-letters");
        await bench.RunAsync("log", "verify");
        Assert.That((await bench.RunAsync("import", "--export")).Output, Does.StartWith("hub:"));
        Assert.That((await HubProcess.RunAsync("show", new string('0', 64), "--data", bench.Data)).ExitCode, Is.EqualTo(1));
        Assert.That((await HubProcess.RunAsync("replay", "999999", "--data", bench.Data)).ExitCode, Is.EqualTo(1));
        return JsonNode.Parse((await bench.RunAsync("status", "--json")).Output)!;
    }
}
