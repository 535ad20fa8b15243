using System.Security.Cryptography;
using Hub.Adapters.Backup;
using Hub.Contracts.Sealing;

namespace Hub.Tests.Backup;

[TestFixture]
public sealed class BackupSealTests
{
    private readonly ECDiffieHellman _key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

    [OneTimeTearDown]
    public void DisposeKey() => _key.Dispose();

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(BackupSeal.ChunkBytes - 1)]
    [TestCase(BackupSeal.ChunkBytes)]
    [TestCase(BackupSeal.ChunkBytes + 1)]
    [TestCase((2 * BackupSeal.ChunkBytes) + 5)]
    public async Task Open_WholeFile_GivesWhatWasSealed(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        Assert.That(await OpenAsync(await SealAsync(content)), Is.EqualTo(content));
    }

    [Test]
    public async Task Open_FileWithoutItsLastChunk_IsRefused([Values(1, 2)] int chunks)
    {
        var file = await SealAsync(RandomNumberGenerator.GetBytes((2 * BackupSeal.ChunkBytes) + 5));
        var start = 10 + file[8] + (file[9] << 8);
        var cut = file[..(start + (chunks * (BackupSeal.ChunkBytes + BackupSeal.LengthBytes + BackupSeal.TagBytes)))];
        Assert.That(async () => await OpenAsync(cut), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public async Task Open_AnyOctetOfTheStartAltered_IsRefused()
    {
        var file = await SealAsync([1, 2, 3]);
        var start = 10 + file[8] + (file[9] << 8);
        for (var i = 0; i < start; i++)
        {
            byte[] altered = [.. file];
            altered[i] ^= 1;
            Assert.That(async () => await OpenAsync(altered), Throws.TypeOf<InvalidDataException>(), $"octet {i}");
        }
    }

    [Test]
    public async Task Open_WithAnotherKey_IsRefused()
    {
        using var other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var file = await SealAsync([1]);
        Assert.That(async () => await OpenAsync(file, UnsealingKey.FromPem(other.ExportPkcs8PrivateKeyPem())), Throws.TypeOf<InvalidDataException>());
    }

    [TestCase("bodies/../hub.db")]
    [TestCase("/etc/passwd")]
    [TestCase("keys/log.pem")]
    [TestCase("public/../keys/data.key")]
    [TestCase("hub.db\n")]
    [TestCase("uploads/0123456789abcdef/..")]
    public void IsKnown_NameThatLeadsElsewhere_IsFalse(string name) => Assert.That(BackupNames.IsKnown(name), Is.False);

    private async Task<byte[]> SealAsync(byte[] content)
    {
        using var file = new MemoryStream();
        await using var sealing = new SealingStream(file, BackupKeys.Recipient(_key.ExportSubjectPublicKeyInfoPem()));
        await sealing.BeginAsync(CancellationToken.None);
        await sealing.WriteAsync(content);
        await sealing.FinishAsync(CancellationToken.None);
        return file.ToArray();
    }

    private async Task<byte[]> OpenAsync(byte[] file, UnsealingKey? key = null)
    {
        using var input = new MemoryStream(file);
        await using var opened = await UnsealingStream.OpenAsync(input, key ?? UnsealingKey.FromPem(_key.ExportPkcs8PrivateKeyPem()), CancellationToken.None);
        using var content = new MemoryStream();
        await opened.CopyToAsync(content);
        return content.ToArray();
    }
}
