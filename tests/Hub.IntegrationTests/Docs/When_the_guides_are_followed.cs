using Hub.IntegrationTests.Agencies;
using Hub.IntegrationTests.Postgres;
using Hub.IntegrationTests.Processes;
using Hub.IntegrationTests.Stores;
using Hub.IntegrationTests.Trust;

namespace Hub.IntegrationTests.Docs;

/// <summary>A vendor, an operator and an auditor follow their guides to the letter against a real hub.</summary>
[TestFixture]
public sealed class When_the_guides_are_followed
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hub-docs-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Should_connect_a_vendor_with_openssl_and_curl_alone()
    {
        var guide = new Guide("integrator.md");
        Assert.That(guide.Parts, Is.EqualTo(2));
        await guide.RunAsync(0, _folder, new Dictionary<string, string>(StringComparer.Ordinal));

        await ImportAsync(RegistryYaml(await File.ReadAllTextAsync(Path.Combine(_folder, "public.pem"))));
        await using var hub = await HubProcess.StartAsync(Data, ["--address", "Z97/hub"]);
        await File.WriteAllTextAsync(Path.Combine(_folder, "log.vkey"), await hub.Http.GetStringAsync("/log/key"));
        await guide.RunAsync(1, _folder, Variables(hub));
    }

    [Test]
    public async Task Should_run_a_hub_and_audit_it()
    {
        using var agency = new TestAgency("Z97/van-thu");
        var yaml = RegistryYaml(agency.PublicPem);
        await File.WriteAllTextAsync(Path.Combine(_folder, "registry.yaml"), yaml);
        var operators = new Guide("operator.md");
        Assert.That(operators.Parts, Is.EqualTo(3));
        await operators.RunAsync(0, _folder, new Dictionary<string, string>(StringComparer.Ordinal) { ["DATA"] = Data });

        await using var hub = await HubProcess.StartAsync(Data, ["--address", "Z97/hub"]);
        var envelope = agency.Document("doc-1", "Nội dung", "Z97/van-thu");
        var octets = await Contracts.Envelopes.EnvelopeCodec.SignAsync(envelope, Contracts.Envelopes.EnvelopeEncoding.Json, agency.Signer);
        using var answer = await agency.SubmitAsync(hub.BaseAddress, octets);
        answer.EnsureSuccessStatusCode();
        await File.WriteAllBytesAsync(Path.Combine(_folder, "envelope.jws"), octets);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "receipt.tlog-proof"), await answer.Content.ReadAsByteArrayAsync());

        var variables = Variables(hub);
        variables["ID"] = envelope.Id;
        variables["KEY"] = envelope.Key.Value;
        await new Guide("auditor.md").RunAsync(0, _folder, variables);
        await operators.RunAsync(1, _folder, variables);
    }

    [Test]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Should_run_two_nodes_and_move_a_hub_to_postgresql()
    {
        using var agency = new TestAgency("Z97/van-thu");
        var yaml = RegistryYaml(agency.PublicPem);
        await File.WriteAllTextAsync(Path.Combine(_folder, "registry.yaml"), yaml);
        // One of its own, which syncs as 'hub store check' demands.
        await using var server = await PostgresServer.StartNewAsync();
        var (fresh, moved) = (await server.NewEmptyDatabaseAsync(), await server.NewDatabaseAsync());
        var standby = await server.AddStandbyAsync();
        Directory.CreateDirectory(Path.Combine(_folder, "old"));
        var old = await HubProcess.RunAsync("import", Path.Combine(_folder, "registry.yaml"), "--data", Path.Combine(_folder, "old"));
        Assert.That(old.ExitCode, Is.Zero, old.ToString());
        // By the time of the move the standby has become the primary.
        StoreFile.Write(_folder, "store-owner-2", moved.OwnerThrough(server.Port, standby.Port));
        StoreFile.Write(_folder, "store-2", moved.ApplicationThrough(server.Port, standby.Port));
        var connection = new Npgsql.NpgsqlConnectionStringBuilder(fresh.Application);
        await new Guide("operator.md").RunAsync(
            2,
            _folder,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PGHOST"] = connection.Host!,
                ["PGPORT"] = connection.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["OWNER_PASSWORD"] = connection.Password!,
                ["APP_PASSWORD"] = connection.Password!,
                ["CA"] = server.CaFile,
                ["STANDBY_HOST"] = connection.Host!,
                ["STANDBY_PORT"] = standby.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["PG_CTL"] = string.Join(' ', PostgresPrograms.Words("pg_ctl")),
                ["PRIMARY_DATA"] = server.Data,
                ["STANDBY_DATA"] = standby.Data,
            },
            text => new[] { "8081", "8082", "8083" }
                .Aggregate(text, static (t, port) => t.Replace($"127.0.0.1:{port}", $"127.0.0.1:{OpensslAuthority.FreePort()}", StringComparison.Ordinal))
                .Replace("Database=hub;", $"Database={fresh.Name};", StringComparison.Ordinal));
        Assert.That(File.Exists(Path.Combine(_folder, "old", "hub.db.moved")));
    }

    [Test]
    public async Task Should_change_the_registry()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var systemKey = Path.Combine(_folder, "van-thu.pem");
        await File.WriteAllTextAsync(systemKey, key.ExportPkcs8PrivateKeyPem());
        await ImportAsync(ProvinceYaml(key.ExportSubjectPublicKeyInfoPem()));
        await using var hub = await HubProcess.StartAsync(Data, ["--address", "Z97/hub"]);
        var variables = Variables(hub);
        variables["HUB_ADDRESS"] = "Z97/hub";
        variables["SYSTEM_KEY"] = systemKey;
        await new Guide("registry.md").RunAsync(0, _folder, variables);
    }

    private string Data => Path.Combine(_folder, "data");

    private Dictionary<string, string> Variables(HubProcess hub) => new(StringComparer.Ordinal)
    {
        ["HUB"] = hub.BaseAddress.GetLeftPart(UriPartial.Authority),
        ["SYSTEM"] = "Z97/van-thu",
        ["TO"] = "Z97/van-thu",
        ["DATA"] = Data,
    };

    private async Task ImportAsync(string yaml)
    {
        var file = Path.Combine(_folder, "registry.yaml");
        await File.WriteAllTextAsync(file, yaml);
        var import = await HubProcess.RunAsync("import", file, "--data", Data);
        Assert.That(import.ExitCode, Is.Zero, import.ToString());
    }

    private static string RegistryYaml(string publicPem) => $$"""
        hub: Z97/hub
        levels: [{code: central, nameVi: Trung ương, nameEn: Central, order: 1}]
        agencies: [{code: Z97, name: Cơ quan thử nghiệm, level: central, verified: false}]
        services:
          - {type: vn.document.v1, nameVi: Văn bản, nameEn: Document}
          - {type: vn.lookup-answer.v1, nameVi: Trả lời tra cứu, nameEn: Answer}
          - type: vn.lookup.v1
            nameVi: Tra cứu hồ sơ
            nameEn: Look a dossier up
            reply: vn.lookup-answer.v1
            schema: {format: json-schema, dialect: "https://json-schema.org/draft/2020-12/schema", text: '{"type":"object","required":["dossier"]}'}
        rights: [{from: Z97/van-thu, services: [vn.document.v1, vn.lookup.v1], to: Z97}]
        systems:
          - address: Z97/van-thu
            name: Văn thư
            receives: [vn.document.v1]
            channel: {kind: mailbox}
            keys:
              - id: k1
                pem: |
                  {{publicPem.Trim().Replace("\n", "\n          ", StringComparison.Ordinal)}}
        """;

    private static string ProvinceYaml(string publicPem) => RegistryYaml(publicPem)
        .Replace("levels: [", "levels: [{code: district, nameVi: Huyện, nameEn: District, order: 2}, {code: commune, nameVi: Xã, nameEn: Commune, order: 3}, {code: province, nameVi: Tỉnh, nameEn: Province, order: 1}, ", StringComparison.Ordinal)
        .Replace("agencies: [", "agencies: [{code: Z97.30, name: Huyện Mẫu, level: district, parent: Z97, verified: false}, {code: Z97.40, name: Xã Mẫu, level: commune, parent: Z97.30, verified: false}, ", StringComparison.Ordinal)
        .Replace("to: Z97}]", "to: \"under:Z97\"}]", StringComparison.Ordinal)
        .TrimEnd() + """

          - {address: Z97.30/qlvb, name: Huyện Mẫu, receives: [vn.document.v1]}
          - {address: Z97.40/qlvb, name: Xã Mẫu, receives: [vn.document.v1]}
        """;
}
