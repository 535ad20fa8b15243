using System.Diagnostics;
using System.Text.Json.Nodes;
using Hub.Contracts.Trail;
using Hub.IntegrationTests.Docs;
using Hub.Tests.Trail;

namespace Hub.IntegrationTests.Trail;

/// <summary><c>docs/verify-receipt.py</c> (Python and openssl, none of our code) and the product judge alike.</summary>
[TestFixture]
public sealed class When_a_receipt_is_verified_with_the_script
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hub-receipt-").FullName;
    private readonly ReceiptSample _log = new();

    [OneTimeTearDown]
    public void Clean() => Directory.Delete(_folder, recursive: true);

    [TestCase(0, 1)]
    [TestCase(5, 13)]
    [TestCase(255, 256)]
    [TestCase(256, 300)]
    public async Task Should_accept_good_receipts(int index, int size)
    {
        var receipt = await _log.MakeAsync(index, size);
        Assert.That(await RunAsync(receipt.ToString(), _log.Octets), Is.Zero);
        Assert.That(await RunAsync(receipt.ToString(), null), Is.Zero);
    }

    [Test]
    public async Task Should_refuse_other_octets()
    {
        var receipt = (await _log.MakeAsync()).ToString();
        Assert.That(await RunAsync(receipt, [.. _log.Octets, 0]), Is.EqualTo(1));
        Assert.That(await RunAsync(receipt, []), Is.EqualTo(1));
    }

    [Test]
    public async Task Should_refuse_another_log_or_origin()
    {
        var receipt = (await _log.MakeAsync()).ToString();
        Assert.That(await RunAsync(receipt, _log.Octets, new ReceiptSample().Verifier), Is.EqualTo(1));
        Assert.That(await RunAsync((await _log.MakeAsync(origin: "H06.09/lgsp/log/2")).ToString(), _log.Octets), Is.EqualTo(1));
    }

    [Test]
    public async Task Should_refuse_what_the_hub_never_said()
    {
        var good = await _log.MakeAsync();
        var body = _log.Body;
        body["recipients"] = new JsonArray();
        Assert.That(await RunAsync(Rebuilt(good, body: CanonicalJson.Serialize(body)), _log.Octets), Is.EqualTo(1), "body");
        Assert.That(await RunAsync(Rebuilt(good, header: good.Header with { Time = good.Header.Time.AddDays(-1) }), _log.Octets), Is.EqualTo(1), "header");
        Assert.That(await RunAsync(Rebuilt(good, index: good.Proof.Index - 1), _log.Octets), Is.EqualTo(1), "index");
        Assert.That(await RunAsync((await _log.MakeAsync(kind: EntryKinds.DeliveryDead)).ToString(), _log.Octets), Is.EqualTo(1), "kind");
        Assert.That(await RunAsync((await _log.MakeAsync(key: new string('0', 64))).ToString(), _log.Octets), Is.EqualTo(1), "key");
    }

    [Test]
    public async Task Should_refuse_a_false_signature_beside_a_good_one()
    {
        var good = (await _log.MakeAsync()).ToString();
        var ofAnotherText = (await _log.SignAsync("another\n")).Split("\n\n")[1];
        Assert.That(await RunAsync(good + ofAnotherText, _log.Octets), Is.EqualTo(1));
        Assert.That(await RunAsync(good + "— witness.example AAAAAAAA\n", _log.Octets), Is.Zero, "an unknown witness is ignored");
    }

    [Test]
    public async Task Should_refuse_any_changed_line()
    {
        var lines = (await _log.MakeAsync()).ToString().Split('\n');
        for (var i = 0; i < lines.Length - 1; i++)
        {
            Assert.That(await RunAsync(string.Join('\n', lines.Where((_, at) => at != i)), _log.Octets), Is.EqualTo(1), $"without line {i}");
            if (lines[i].Length == 0) continue;
            var middle = lines[i].Length / 2;
            var changed = lines[i][..middle] + (lines[i][middle] == 'A' ? 'B' : 'A') + lines[i][(middle + 1)..];
            Assert.That(await RunAsync(string.Join('\n', lines.Select((line, at) => at == i ? changed : line)), _log.Octets), Is.EqualTo(1), $"line {i} changed");
        }
    }

    [Test]
    public void Should_stay_short_enough_to_read() =>
        Assert.That(File.ReadAllLines(Script), Has.Length.LessThanOrEqualTo(150));

    private static string Script => Path.Combine(Guide.Repository, "docs", "verify-receipt.py");

    private static string Rebuilt(Receipt good, EntryHeader? header = null, byte[]? body = null, long? index = null) => Receipt.Create(
        header ?? good.Header, body ?? good.Body, good.Salt, index ?? good.Proof.Index, good.Proof.Proof, good.Proof.CheckpointNote).ToString();

    /// <summary>The script's exit code, after the product has judged the same.</summary>
    private async Task<int> RunAsync(string receipt, byte[]? octets, NoteVerifier? key = null)
    {
        var names = new[] { "receipt", "log.vkey", "envelope" }.Select(name => Path.Combine(_folder, name)).ToArray();
        await File.WriteAllTextAsync(names[0], receipt);
        await File.WriteAllTextAsync(names[1], $"{key ?? _log.Verifier}\n");
        if (octets is not null) await File.WriteAllBytesAsync(names[2], octets);
        var start = new ProcessStartInfo("python3", [Script, .. names.Take(octets is null ? 2 : 3)]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        TestContext.Out.WriteLine(await process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.That(await errors, Is.Empty, "the script must judge, not crash");
        Assert.That(process.ExitCode == 0, Is.EqualTo(IsValid(receipt, octets, key ?? _log.Verifier)), "script and product disagree");
        return process.ExitCode;
    }

    private static bool IsValid(string receipt, byte[]? octets, NoteVerifier key)
    {
        try
        {
            return Receipt.Parse(receipt).Verify(key, octets).Valid;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
