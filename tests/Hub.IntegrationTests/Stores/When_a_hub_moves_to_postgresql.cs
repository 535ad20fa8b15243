using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text.Json;
using Hub.Adapters.Keys;
using Hub.Adapters.Stores.Files;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core;
using Hub.Core.Pressure;
using Hub.IntegrationTests.Agencies;
using Hub.IntegrationTests.Postgres;
using Hub.IntegrationTests.Processes;
using Npgsql;

namespace Hub.IntegrationTests.Stores;

/// <summary>A hub that has worked on SQLite is moved with <c>hub store copy</c>, which is killed in the middle.</summary>
[TestFixture]
[UnsupportedOSPlatform("windows")]
public sealed class When_a_hub_moves_to_postgresql
{
    private const int Messages = 30;
    private const int Ordered = 3;
    private string _folder = null!;
    private PostgresDatabase _database = null!;

    private string Data => Path.Combine(_folder, "data");

    [SetUp]
    public async Task WorkOnSqliteAsync()
    {
        _folder = Directory.CreateTempSubdirectory("hub-move-").FullName;
        _database = await (await PostgresServer.SharedAsync()).NewDatabaseAsync();
        using var agency = new TestAgency("Z97/van-thu");
        var yaml = Path.Combine(_folder, "registry.yaml");
        await File.WriteAllTextAsync(yaml, $$"""
            hub: Z97/hub
            levels: [{code: central, nameVi: Trung ương, nameEn: Central, order: 1}]
            agencies: [{code: Z97, name: Cơ quan thử nghiệm, level: central, verified: false}]
            services: [{type: vn.document.v1, nameVi: Văn bản, nameEn: Document, order: conversation}]
            rights: [{from: Z97/van-thu, services: [vn.document.v1], to: Z97}]
            systems:
            {{agency.RegistryYaml("{kind: mailbox}")}}
            """);
        await using var hub = await HubProcess.StartAsync(Data, ["--address", "Z97/hub"]);
        var import = await HubProcess.RunAsync("import", yaml, "--data", Data);
        Assert.That(import.ExitCode, Is.Zero, import.ToString());
        Envelope? first = null;
        for (var i = 0; i < Messages; i++)
        {
            var envelope = agency.Document(string.Create(CultureInfo.InvariantCulture, $"doc-{i}"), "Nội dung", "Z97/van-thu") with { Conversation = i < Messages - Ordered ? null : "vu-viec-7" };
            first ??= envelope;
            using var answer = await agency.SubmitAsync(hub.BaseAddress, await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, agency.Signer));
            answer.EnsureSuccessStatusCode();
        }

        var erase = await HubProcess.RunAsync("erase", first!.Key.Value, "--reason", "Quyết định 12/QĐ", "--data", Data);
        Assert.That(erase.ExitCode, Is.Zero, erase.ToString());
        await hub.StopAsync();
        await UploadAsync();
    }

    [TearDown]
    public async Task RemoveAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await _database.DropAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Should_go_on_after_a_kill_verify_everything_and_mark_the_source()
    {
        var owner = StoreFile.Owner(_folder, _database);
        await KilledWhileCopyingAsync(owner);
        var early = await HubProcess.RunAsync("serve", "--data", Path.Combine(_folder, "other"), "--address", "Z97/hub", "--listen", "http://127.0.0.1:0", "--store-file", StoreFile.App(_folder, _database));
        Assert.That((early.ExitCode, early.Error.Contains("hub store copy", StringComparison.Ordinal)), Is.EqualTo((3, true)), early.ToString());

        var copy = await HubProcess.RunAsync("store", "copy", "--from", Data, "--to-file", owner, "--json");
        Assert.That(copy.ExitCode, Is.Zero, copy.ToString());
        using var report = JsonDocument.Parse(copy.Output);
        var root = report.RootElement;
        Assert.That((root.GetProperty("resumed").GetBoolean(), root.GetProperty("bodies").GetInt64(), root.GetProperty("uploads").GetInt32()), Is.EqualTo((true, Messages - 1, 1)));
        Assert.That(await _database.ReadAsync<long>("SELECT count(*) FROM message"), Is.EqualTo(Messages));
        Assert.That(await _database.ReadAsync<long>("SELECT count FROM delivery_count WHERE node = 0 AND state = -1"), Is.EqualTo(Messages));
        Assert.That(await _database.ReadAsync<long>("SELECT count(*) FROM delivery WHERE behind AND blocks"), Is.EqualTo(Ordered - 1));
        Assert.That(await _database.ReadAsync<long>("SELECT count(*) FROM delivery WHERE NOT behind AND blocks"), Is.EqualTo(1));
        Assert.That(await _database.ReadAsync<long>("SELECT size FROM log_head"), Is.EqualTo(root.GetProperty("logSize").GetInt64()));

        var check = await HubProcess.RunAsync("store", "check", "--data", Data, "--store-file", StoreFile.App(_folder, _database));
        Assert.That(check.Output, Does.Match(@"ok +log +\d+ entries; the newest checkpoint is signed"), check.ToString());
        await StartsNoMoreOnSqliteAsync();
    }

    [Test]
    public async Task Should_refuse_a_database_that_holds_a_hub()
    {
        await _database.ExecuteAsync("INSERT INTO entry (idx, header) VALUES (0, '\\x00')");
        var copy = await HubProcess.RunAsync("store", "copy", "--from", Data, "--to-file", StoreFile.Owner(_folder, _database));
        Assert.That(copy.ExitCode, Is.EqualTo(3), copy.ToString());
        Assert.That(File.Exists(Path.Combine(Data, "hub.db")));
    }

    [Test]
    public async Task Should_ask_for_the_schema_first()
    {
        var empty = await (await PostgresServer.SharedAsync()).NewEmptyDatabaseAsync();
        var copy = await HubProcess.RunAsync("store", "copy", "--from", Data, "--to-file", StoreFile.Owner(_folder, empty));
        Assert.That((copy.ExitCode, copy.Error.Contains("hub store migrate", StringComparison.Ordinal)), Is.EqualTo((3, true)), copy.ToString());
    }

    [Test]
    public async Task Should_find_a_body_that_the_disk_damaged_and_leave_the_source_the_hub()
    {
        var segment = Directory.GetFiles(Path.Combine(Data, "bodies"), "*.seg").Single();
        var octets = await File.ReadAllBytesAsync(segment);
        octets[octets.AsSpan().LastIndexOf("HBR1"u8) + 20] ^= 1;
        await File.WriteAllBytesAsync(segment, octets);
        var copy = await HubProcess.RunAsync("store", "copy", "--from", Data, "--to-file", StoreFile.Owner(_folder, _database));
        Assert.That((copy.ExitCode, copy.Error.Contains("body of message", StringComparison.Ordinal)), Is.EqualTo((3, true)), copy.ToString());
        Assert.That(File.Exists(Path.Combine(Data, "hub.db")));
        Assert.That(await _database.ReadAsync<long>("SELECT size FROM log_head"), Is.Zero);
    }

    private async Task StartsNoMoreOnSqliteAsync()
    {
        var serve = await HubProcess.RunAsync("serve", "--data", Data, "--listen", "http://127.0.0.1:0");
        Assert.That((serve.ExitCode, serve.Error.Contains("was moved to", StringComparison.Ordinal)), Is.EqualTo((2, true)), serve.ToString());
        Assert.That(File.Exists(Path.Combine(Data, "hub.db")), Is.False);
        var undo = await HubProcess.RunAsync("store", "copy", "--from", Data, "--undo");
        Assert.That(undo.ExitCode, Is.Zero, undo.ToString());
        var status = await HubProcess.RunAsync("status", "--data", Data, "--json");
        Assert.That((status.ExitCode, status.Output.Contains($"\"messages\": {Messages}", StringComparison.Ordinal)), Is.EqualTo((0, true)), status.ToString());
    }

    /// <summary>A lock on one table holds the copy up in the middle, where it is killed.</summary>
    private async Task KilledWhileCopyingAsync(string owner)
    {
        await using var connection = new NpgsqlConnection(_database.Super);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("LOCK TABLE tile IN ACCESS EXCLUSIVE MODE", connection)) await hold.ExecuteNonQueryAsync();
        using var copy = Process.Start(new ProcessStartInfo("dotnet", [HubProcess.HubDll, "store", "copy", "--from", Data, "--to-file", owner]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            var deadline = Environment.TickCount64 + 60_000;
            while (!await CopiedAsync("entry"))
            {
                Assert.That((copy.HasExited, Environment.TickCount64 < deadline), Is.EqualTo((false, true)), "The copy did not come as far as the entries.");
                await Task.Delay(20);
            }
        }
        finally
        {
            copy.Kill();
            await copy.WaitForExitAsync();
        }

        Assert.That(await CopiedAsync("tile"), Is.False);
    }

    private async Task<bool> CopiedAsync(string table) =>
        await _database.ReadAsync<bool>("SELECT to_regclass('hub_copy') IS NOT NULL")
        && await _database.ReadAsync<bool>($"SELECT EXISTS (SELECT FROM hub_copy WHERE name = '{table}')");

    private async Task UploadAsync()
    {
        var content = RandomNumberGenerator.GetBytes(300_000);
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        var settings = new HubSettings { DataDirectory = Data };
        using var uploads = new FileUploadStore(settings, FileHubKeys.OpenOrCreate(Data), new DiskGuard(new DriveDiskProbe(settings), TimeProvider.System), TimeProvider.System);
        var owner = SystemAddress.Parse("Z97/van-thu");
        await uploads.BeginAsync(owner, sha256, content.Length);
        using var stream = new MemoryStream(content);
        await uploads.AppendAsync(owner, sha256, 0, stream);
    }
}
