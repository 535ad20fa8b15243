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
    public async Task Should_come_back_after_a_kill()
    {
        await using var bench = await ApiBench.StartAsync();
        var key = await bench.SendAsync("kill-1");
        await bench.Hub.KillAsync();
        Assert.That((await bench.RunAsync("messages")).Output, Does.Contain(key));
        await bench.RestartAsync();
        await WalkAsync(bench, key);
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
