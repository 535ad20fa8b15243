using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Hub.Contracts.Addresses;
using Hub.Contracts.Sealing;

namespace Hub.IntegrationTests.Sealing;

/// <summary>A second implementation (jwe.mjs on Node's crypto) and the hub's library open each other's JWE.</summary>
[TestFixture]
public sealed class ForeignJweTests
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("{\"ghiChú\":\"nội dung mật 𠀋\"}");
    private static readonly string[] Kinds = ["rsa", "p256", "p384"];

    private readonly string _folder = Directory.CreateTempSubdirectory("jwe-").FullName;
    private readonly Dictionary<string, (SealingKey Public, UnsealingKey Private)> _keys = new(StringComparer.Ordinal);

    [OneTimeSetUp]
    public void SetUp()
    {
        using var rsa = RSA.Create(3072);
        using var p256 = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP384);
        foreach (var (kind, key) in new (string, AsymmetricAlgorithm)[] { ("rsa", rsa), ("p256", p256), ("p384", p384) })
        {
            File.WriteAllText(PathOf($"{kind}.key"), key.ExportPkcs8PrivateKeyPem());
            File.WriteAllText(PathOf($"{kind}.pub"), key.ExportSubjectPublicKeyInfoPem());
            var owner = SystemAddress.Parse($"H06.40/{kind}");
            _keys.Add(kind, (SealingKey.FromPem("e1", key.ExportSubjectPublicKeyInfoPem(), owner), UnsealingKey.FromPem(key.ExportPkcs8PrivateKeyPem(), "e1", owner)));
        }
    }

    [OneTimeTearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [TestCaseSource(nameof(Kinds))]
    public async Task Node_OfCompactSealedHere_OpensIt(string kind)
    {
        var jwe = Jwe.Seal(Content, "application/json", [_keys[kind].Public]);
        Assert.That(await NodeAsync(jwe, "unseal", $"e1={PathOf($"{kind}.key")}"), Is.EqualTo(Content));
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Node_OfGeneralSealedHere_OpensIt(string kind)
    {
        var jwe = Jwe.Seal(Content, "application/json", [.. _keys.Values.Select(static pair => pair.Public)]);
        Assert.That(await NodeAsync(jwe, "unseal", $"H06.40/{kind}#e1={PathOf($"{kind}.key")}"), Is.EqualTo(Content));
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Open_OfCompactSealedByNode_GivesContentAndBinding(string kind)
    {
        var opened = Jwe.Open(await NodeAsync(Content, "seal", $"e1={PathOf($"{kind}.pub")}"), [_keys[kind].Private]);
        Assert.That(opened.Data.ToArray(), Is.EqualTo(Content));
        Assert.That(opened.MediaType, Is.EqualTo("application/json"));
        Assert.That(() => opened.Binding!.Require(SystemAddress.Parse("H06/qlvb"), SystemAddress.Parse("H06.40/qlvb")), Throws.Nothing);
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Open_OfGeneralSealedByNode_GivesContent(string kind)
    {
        var jwe = await NodeAsync(Content, (string[])["seal", .. Kinds.Select(other => $"e1={PathOf($"{other}.pub")}")]);
        Assert.That(Jwe.Open(jwe, [_keys[kind].Private]).Data.ToArray(), Is.EqualTo(Content));
    }

    private static async Task<byte[]> NodeAsync(byte[] input, params string[] arguments)
    {
        var script = Path.Combine(TestContext.CurrentContext.TestDirectory, "Sealing", "jwe.mjs");
        using var process = Process.Start(new ProcessStartInfo("node", [script, .. arguments])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.StandardInput.BaseStream.WriteAsync(input);
        process.StandardInput.Close();
        await Task.WhenAll(reading, process.WaitForExitAsync());
        Assert.That(process.ExitCode, Is.Zero, await errors);
        return output.ToArray();
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
