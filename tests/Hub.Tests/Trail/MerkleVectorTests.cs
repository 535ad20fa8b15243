using Hub.Contracts.Trail;

namespace Hub.Tests.Trail;

/// <summary>The test vectors that Certificate Transparency's implementations share (RFC 6962, same tree as RFC 9162).</summary>
[TestFixture]
public sealed class MerkleVectorTests
{
    private const string H00 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
    private const string H01 = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125";
    private const string H03 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
    private const string H11 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    private const string H23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    private const string H44 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    private const string H45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
    private const string H47 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
    private const string H67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";

    private static readonly NaiveTree Tree = new(Array.ConvertAll(
        new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" },
        Convert.FromHexString));

    [TestCase(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [TestCase(1, H00)]
    [TestCase(2, H01)]
    [TestCase(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [TestCase(4, H03)]
    [TestCase(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [TestCase(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [TestCase(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [TestCase(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Root_PublishedSize_PublishedRoot(int size, string root) =>
        Assert.That(Hex(MerkleProofs.Root(size, Tree.Node)), Is.EqualTo(root));

    [TestCase(0, 1)]
    [TestCase(0, 8, H11, H23, H47)]
    [TestCase(5, 8, H44, H67, H03)]
    [TestCase(2, 3, H01)]
    [TestCase(1, 5, H00, H23, H44)]
    public void Inclusion_PublishedLeaf_PublishedProof(int index, int size, params string[] proof)
    {
        var made = MerkleProofs.Inclusion(index, size, Tree.Node);
        Assert.That(made.Select(Hex), Is.EqualTo(proof));
        Assert.That(MerkleTree.RootFromInclusionProof(index, size, Tree.LeafHash(index), made), Is.EqualTo(Tree.Root(size)));
    }

    [TestCase(1, 1)]
    [TestCase(1, 8, H11, H23, H47)]
    [TestCase(6, 8, H45, H67, H03)]
    [TestCase(2, 5, H23, H44)]
    public void Consistency_PublishedSizes_PublishedProof(int first, int second, params string[] proof)
    {
        var made = MerkleProofs.Consistency(first, second, Tree.Node);
        Assert.That(made.Select(Hex), Is.EqualTo(proof));
        Assert.That(MerkleTree.VerifyConsistency(first, Tree.Root(first), second, Tree.Root(second), made), Is.True);
    }

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash);
}
