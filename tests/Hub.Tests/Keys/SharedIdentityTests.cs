using Hub.Adapters.Keys;
using Hub.Contracts.Addresses;
using Hub.Core;
using Hub.Core.Nodes;
using Hub.Core.Storage;
using Hub.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.Tests.Keys;

/// <summary>A node with other keys than the rest of its hub is refused before it does anything, and is told which.</summary>
public sealed class SharedIdentityTests
{
    private static readonly SystemAddress Hub = SystemAddress.Parse("Z99/hub");
    private InMemoryStore _store = null!;
    private TemporaryFolder _first = null!;
    private TemporaryFolder _second = null!;

    [SetUp]
    public void Begin() => (_store, _first, _second) = (new InMemoryStore(shared: true), new TemporaryFolder(), new TemporaryFolder());

    [TearDown]
    public async Task StopAsync()
    {
        await _store.DisposeAsync();
        _first.Dispose();
        _second.Dispose();
    }

    [TestCase("keys/statement.pem")]
    [TestCase("keys/gateway.pem")]
    [TestCase("keys/token.pem")]
    [TestCase("keys/data.key")]
    [TestCase("keys/apps.key")]
    public async Task Check_OneKeyIsAnother_NamesIt(string key)
    {
        await StartAsync(_first);
        CopyKeys(except: key);
        var refused = Assert.ThrowsAsync<InvalidDataException>(async () => await IdentityOf(_second).CheckAsync());
        Assert.That(System.Text.RegularExpressions.Regex.Matches(refused!.Message, @"keys/\w+\.\w+").Select(m => m.Value), Is.EqualTo(new[] { key }));
    }

    [Test]
    public async Task Check_AllKeysAreTheSame_Passes()
    {
        await StartAsync(_first);
        CopyKeys(except: null);
        Assert.That(async () => await IdentityOf(_second).CheckAsync(), Throws.Nothing);
        Assert.That(async () => await StartAsync(_second), Throws.Nothing);
    }

    [Test]
    public async Task Check_OtherHub_IsRefused()
    {
        await StartAsync(_first);
        FileHubKeys.OpenOrCreate(_second.Path, SystemAddress.Parse("Z98/hub"));
        Assert.That(Assert.ThrowsAsync<InvalidDataException>(async () => await IdentityOf(_second).CheckAsync())!.Message, Does.Contain("Z98/hub").And.Contain("Z99/hub"));
    }

    private async Task StartAsync(TemporaryFolder folder)
    {
        var keys = FileHubKeys.OpenOrCreate(folder.Path, Hub);
        await using var committer = CommitterOf(keys);
        await new SharedIdentity(_store, committer, keys).CheckAsync();
        await committer.StartAsync();
        await new SharedIdentity(_store, committer, keys).RecordAsync();
    }

    private SharedIdentity IdentityOf(TemporaryFolder folder)
    {
        var keys = FileHubKeys.OpenOrCreate(folder.Path);
        return new SharedIdentity(_store, CommitterOf(keys), keys);
    }

    private GroupCommitter CommitterOf(FileHubKeys keys) => new(_store, keys, new HubSettings { DataDirectory = "." }, TimeProvider.System, NullLogger<GroupCommitter>.Instance);

    private void CopyKeys(string? except)
    {
        Directory.CreateDirectory(Path.Combine(_second.Path, "keys"));
        foreach (var file in Directory.GetFiles(Path.Combine(_first.Path, "keys")).Append(Path.Combine(_first.Path, "hub.json")))
        {
            var name = Path.GetRelativePath(_first.Path, file);
            if (name != except) File.Copy(file, Path.Combine(_second.Path, name));
        }
    }
}
