using System.Security.Cryptography;
using Hub.Adapters.Keys;
using Hub.Contracts.Addresses;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Tests.Storage;

namespace Hub.Tests.Keys;

public sealed class FileHubKeysTests
{
    private static readonly SystemAddress Address = SystemAddress.Parse("H06.09/lgsp");
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void OpenOrCreate_Again_GivesTheSameKeys()
    {
        var first = FileHubKeys.OpenOrCreate(_folder.Path, Address);
        var second = FileHubKeys.OpenOrCreate(_folder.Path);
        Assert.Multiple(() =>
        {
            Assert.That(second.Address, Is.EqualTo(Address));
            Assert.That(second.LogVerifier.Name, Is.EqualTo("H06.09/lgsp/log/1"));
            Assert.That(second.Log.KeyId, Is.EqualTo(first.Log.KeyId));
            Assert.That(second.Token.KeyId, Is.EqualTo(first.Token.KeyId));
            Assert.That(second.DataKey.ToArray(), Is.EqualTo(first.DataKey.ToArray()));
            Assert.That(second.AppKey(Address).KeyId, Is.EqualTo(first.AppKey(Address).KeyId));
        });
    }

    [Test]
    public async Task OpenOrCreate_NewFolder_MakesKeysWithOneJobEach()
    {
        var keys = FileHubKeys.OpenOrCreate(_folder.Path, Address);
        Assert.That(keys.Address, Is.EqualTo(Address));
        Assert.That(new[] { keys.Log, keys.Statement, keys.Gateway, keys.Token, keys.AppKey(Address) }.Select(k => k.KeyId).Distinct().Count(), Is.EqualTo(5));
        Assert.That(keys.Statement.KeyId, Is.EqualTo(keys.StatementVerifier.Thumbprint[..16]));
        var signature = await keys.Statement.SignAsync(new byte[] { 1 });
        Assert.That(keys.StatementVerifier.Verify(SignatureAlgorithm.Es256, [1], signature));
        var appSignature = await keys.AppKey(Address).SignAsync(new byte[] { 1 });
        Assert.That(keys.AppVerifier(Address).Verify(SignatureAlgorithm.Es256, [1], appSignature));
    }

    [Test]
    public void OpenOrCreate_OtherAddress_IsRefused()
    {
        FileHubKeys.OpenOrCreate(_folder.Path, Address);
        var refused = Assert.Throws<ProblemException>(() => FileHubKeys.OpenOrCreate(_folder.Path, SystemAddress.Parse("H07/lgsp")));
        Assert.That(refused!.Code, Is.EqualTo(ProblemCode.InvalidRequest));
    }

    [Test]
    public void OpenOrCreate_Publishes_ThePublicHalves()
    {
        var keys = FileHubKeys.OpenOrCreate(_folder.Path, Address);
        using var read = ECDsa.Create();
        read.ImportFromPem(File.ReadAllText(Path.Combine(_folder.Path, "public", "statement.pem")));
        var vkey = File.ReadAllText(Path.Combine(_folder.Path, "public", "log.vkey")).TrimEnd('\n').Split('+', 3);
        Assert.Multiple(() =>
        {
            Assert.That(read.ExportSubjectPublicKeyInfo(), Is.EqualTo(keys.StatementVerifier.SubjectPublicKeyInfo.ToArray()));
            Assert.That(vkey[0], Is.EqualTo("H06.09/lgsp/log/1"));
            Assert.That(vkey[1], Is.EqualTo(keys.LogVerifier.Key.Thumbprint[..8]));
            Assert.That(Convert.FromBase64String(vkey[2])[1..], Is.EqualTo(keys.LogVerifier.Key.SubjectPublicKeyInfo.ToArray()));
        });
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void OpenOrCreate_SecretFiles_AreTheOwnersOnly()
    {
        if (OperatingSystem.IsWindows()) return;
        FileHubKeys.OpenOrCreate(_folder.Path, Address).AppKey(Address);
        var folder = Path.Combine(_folder.Path, "keys");
        Assert.That(File.GetUnixFileMode(folder), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        Assert.That(files, Has.Length.EqualTo(6));
        foreach (var file in files) Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
    }

    [TestCase("log.pem")]
    [TestCase("data.key")]
    [TestCase("apps.key")]
    [Platform(Exclude = "Win")]
    public void OpenOrCreate_KeyReadableByOthers_IsRefused(string name)
    {
        if (OperatingSystem.IsWindows()) return;
        FileHubKeys.OpenOrCreate(_folder.Path, Address);
        var path = Path.Combine(_folder.Path, "keys", name);
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherRead);
        Assert.Throws<UnauthorizedAccessException>(() => FileHubKeys.OpenOrCreate(_folder.Path));
    }

    [TestCase("keys/log.pem")]
    [TestCase("keys/data.key")]
    [TestCase("keys/apps.key")]
    [TestCase("hub.json")]
    public void OpenOrCreate_DamagedFile_IsRefused(string name)
    {
        FileHubKeys.OpenOrCreate(_folder.Path, Address);
        File.WriteAllText(Path.Combine(_folder.Path, name), "{}");
        Assert.Throws<InvalidDataException>(() => FileHubKeys.OpenOrCreate(_folder.Path));
    }

    [Test]
    public void OpenOrCreate_NewFolderWithoutAddress_LeavesNoTrace()
    {
        var folder = Path.Combine(_folder.Path, "new");
        var refused = Assert.Throws<ProblemException>(() => FileHubKeys.OpenOrCreate(folder));
        Assert.That(refused!.Code, Is.EqualTo(ProblemCode.InvalidRequest));
        Assert.That(Directory.Exists(folder), Is.False);
    }

    [Test]
    public void OpenOrCreate_IdentityLost_TakesItFromTheLog()
    {
        FileHubKeys.OpenOrCreate(_folder.Path, Address);
        var identity = Path.Combine(_folder.Path, "hub.json");
        File.Delete(identity);
        Assert.Throws<ProblemException>(() => FileHubKeys.OpenOrCreate(_folder.Path, SystemAddress.Parse("H07/lgsp")));
        Assert.That(File.Exists(identity), Is.False, "a wrong address was pinned");
        Assert.That(FileHubKeys.OpenOrCreate(_folder.Path).Origin, Is.EqualTo("H06.09/lgsp/log/1"));
        Assert.That(File.Exists(identity));
    }

    [Test]
    public void OpenOrCreate_IdentityAndLogKeyLost_IsRefused()
    {
        FileHubKeys.OpenOrCreate(_folder.Path, Address);
        File.Delete(Path.Combine(_folder.Path, "hub.json"));
        File.Delete(Path.Combine(_folder.Path, "keys", "log.pem"));
        Assert.Throws<InvalidDataException>(() => FileHubKeys.OpenOrCreate(_folder.Path, Address));
        Assert.That(File.Exists(Path.Combine(_folder.Path, "keys", "log.pem")), Is.False);
    }
}
