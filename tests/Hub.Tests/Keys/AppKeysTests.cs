using Hub.Adapters.Keys;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;
using Hub.Tests.Storage;

namespace Hub.Tests.Keys;

[TestFixture]
public sealed class AppKeysTests
{
    private static readonly SystemAddress Hub = SystemAddress.Parse("Z99/hub");
    private static readonly SystemAddress Archive = SystemAddress.Parse("Z99/archive");
    private readonly List<TemporaryFolder> _folders = [];

    [TearDown]
    public void DeleteFolders()
    {
        foreach (var folder in _folders) folder.Dispose();
        _folders.Clear();
    }

    [Test]
    public async Task AppKey_OnANodeWithTheSameKeys_IsTheSame_WhoeverUsesItFirst()
    {
        var first = FileHubKeys.OpenOrCreate(New().Path, Hub);
        var second = FileHubKeys.OpenOrCreate(CopyOf(_folders[0]).Path, Hub);
        var signature = await second.AppKey(Archive).SignAsync(new byte[] { 1, 2, 3 });
        Assert.Multiple(() =>
        {
            Assert.That(first.AppVerifier(Archive).Thumbprint, Is.EqualTo(second.AppVerifier(Archive).Thumbprint));
            Assert.That(first.AppVerifier(Archive).Verify(SignatureAlgorithm.Es256, [1, 2, 3], signature), Is.True);
            Assert.That(first.AppVerifier(SystemAddress.Parse("Z99/other")).Thumbprint, Is.Not.EqualTo(second.AppVerifier(Archive).Thumbprint));
            Assert.That(FileHubKeys.OpenOrCreate(New().Path, Hub).AppVerifier(Archive).Thumbprint, Is.Not.EqualTo(first.AppVerifier(Archive).Thumbprint));
        });
    }

    /// <summary>The scalar for a secret of 32 bytes 0x01 and this address, computed independently of .NET.</summary>
    [Test]
    public void AppKey_OfAKnownSecret_IsTheKnownKey()
    {
        var folder = New();
        FileHubKeys.OpenOrCreate(folder.Path, Hub);
        File.WriteAllBytes(Path.Combine(folder.Path, "keys", "apps.key"), [.. Enumerable.Repeat((byte)1, 32)]);
        Assert.That(FileHubKeys.OpenOrCreate(folder.Path, Hub).AppVerifier(Archive).Thumbprint, Is.EqualTo("be463cd598b33dcb8b0a48bb98529ec4183a94059396597982502fa0b309ffe0"));
    }

    [Test]
    public void AppKey_OfAHubFromBefore_IsTheOneInItsFile()
    {
        var folder = New();
        FileHubKeys.OpenOrCreate(folder.Path, Hub);
        Directory.CreateDirectory(Path.Combine(folder.Path, "keys", "apps"));
        File.Copy(Path.Combine(folder.Path, "keys", "gateway.pem"), Path.Combine(folder.Path, "keys", "apps", "Z99_archive.pem"));
        var keys = FileHubKeys.OpenOrCreate(folder.Path, Hub);
        Assert.That(keys.AppVerifier(Archive).Thumbprint, Is.EqualTo(keys.GatewayVerifier.Thumbprint));
    }

    private TemporaryFolder New()
    {
        _folders.Add(new TemporaryFolder());
        return _folders[^1];
    }

    private TemporaryFolder CopyOf(TemporaryFolder from)
    {
        var copy = New();
        foreach (var file in Directory.GetFiles(from.Path, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy.Path, Path.GetRelativePath(from.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }
}
