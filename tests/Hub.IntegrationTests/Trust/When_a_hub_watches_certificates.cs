using System.Diagnostics;
using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;
using Hub.Core.Trail;
using Hub.Host.Composition;
using Microsoft.Extensions.DependencyInjection;

namespace Hub.IntegrationTests.Trust;

/// <summary>A whole node with a real authority beside it.</summary>
public sealed class When_a_hub_watches_certificates
{
    private static readonly SystemAddress Alice = SystemAddress.Parse("H06.01/qlvb");
    private string _folder = "";
    private OpensslAuthority _authority = null!;
    private AuthorityServer _crl = null!;
    private int _port;

    [SetUp]
    public async Task Open()
    {
        _folder = Directory.CreateTempSubdirectory("hub-trust-").FullName;
        _authority = await OpensslAuthority.CreateAsync();
        _crl = await AuthorityServer.StartAsync();
        _port = OpensslAuthority.FreePort();
    }

    [TearDown]
    public async Task Close()
    {
        await _crl.DisposeAsync();
        await _authority.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test, CancelAfter(120_000)]
    public async Task Should_let_a_key_sign_once_its_issuer_says_good_and_keep_that_over_a_restart(CancellationToken cancellationToken)
    {
        await _authority.IssueAsync("alice", new Uri($"http://127.0.0.1:{_port}/"));
        await _authority.StartResponderAsync(_port);
        await using (var node = await StartAsync())
        {
            await ImportAsync(node, "strict");
            Assert.That(Refusal(node), Is.EqualTo(ProblemCode.CertificateInvalid), "nobody was asked yet");
            await UntilAsync(node, null, cancellationToken);
        }

        await _authority.StopRespondersAsync();
        await using var again = await StartAsync();
        Assert.That(Refusal(again), Is.Null, "the answer holds for ten minutes");
    }

    [Test, CancelAfter(120_000)]
    public async Task Should_learn_of_a_revocation_by_itself(CancellationToken cancellationToken)
    {
        await _authority.IssueAsync("alice", crl: _crl.Url);
        await _authority.RevokeAsync("alice");
        _crl.Give(await _authority.CrlAsync());
        await using (var node = await StartAsync())
        {
            await ImportAsync(node, "grace");
            await UntilAsync(node, ProblemCode.KeyRevoked, cancellationToken);
        }

        await using var again = await StartAsync();
        Assert.That(Refusal(again), Is.EqualTo(ProblemCode.KeyRevoked), "known from the first moment");
    }

    [Test]
    public async Task Should_stop_within_the_drain_time_while_the_schedule_starts()
    {
        var node = await StartAsync();
        var clock = Stopwatch.StartNew();
        await node.DisposeAsync();
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(29)));
    }

    private async Task<HubNode> StartAsync() => await HubNode.StartAsync(new NodeOptions
    {
        DataDirectory = Path.Combine(_folder, "data"), Address = SystemAddress.Parse("H06.09/lgsp"), AllowPrivateRevocation = true, LogLevel = Microsoft.Extensions.Logging.LogLevel.Warning,
    });

    private async Task ImportAsync(HubNode node, string revocation) => await node.Services.GetRequiredService<RegistryService>().ImportAsync(
        $$"""
        hub: H06.09/lgsp
        policy: {certificatesRequired: true, revocation: {{revocation}}}
        levels: [{code: province, nameVi: Tỉnh, nameEn: Province, order: 2}]
        agencies: [{code: H06.01, name: A, level: province, verified: false}]
        anchors: [{name: test, pem: {{JsonSerializer.Serialize(_authority.CaPem)}}}]
        systems: [{address: {{Alice}}, name: A, channel: {kind: mailbox}, keys: [{id: k1, pem: {{JsonSerializer.Serialize(_authority.Pem("alice"))}}}]}]
        """,
        "operator:test");

    private static ProblemCode? Refusal(HubNode node)
    {
        var services = node.Services;
        try
        {
            new RegistryKeyRing(
                services.GetRequiredService<IRegistry>().Current, services.GetRequiredService<IHubKeys>(), TimeProvider.System, development: false,
                services.GetRequiredService<ICertificateStatus>()).Find(Alice, new KeyHint("k1", null));
            return null;
        }
        catch (ProblemException refused)
        {
            return refused.Code;
        }
    }

    private static async Task UntilAsync(HubNode node, ProblemCode? code, CancellationToken cancellationToken)
    {
        while (Refusal(node) != code) await Task.Delay(50, cancellationToken);
    }
}
