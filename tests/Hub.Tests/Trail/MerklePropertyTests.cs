using FsCheck;
using FsCheck.Fluent;
using Hub.Contracts.Trail;

namespace Hub.Tests.Trail;

[TestFixture]
public sealed class MerklePropertyTests
{
    private static readonly NaiveTree Tree = NaiveTree.OfSize(300);

    /// <summary>a ≤ b, both in [1, 300].</summary>
    private static Arbitrary<(int Small, int Great)> Sizes =>
        (from great in Gen.Choose(1, Tree.Size) from small in Gen.Choose(1, great) select (small, great)).ToArbitrary();

    [Test]
    public void Inclusion_AnyLeafOfAnyTree_IsTheRfcPathAndVerifies() => Prop.ForAll(Sizes, s =>
    {
        var index = s.Small - 1;
        var proof = MerkleProofs.Inclusion(index, s.Great, Tree.Node);
        Assert.That(proof, Is.EqualTo(Tree.Path(index, 0, s.Great)));
        Assert.That(MerkleTree.RootFromInclusionProof(index, s.Great, Tree.LeafHash(index), proof), Is.EqualTo(Tree.Root(s.Great)));
    }).QuickCheckThrowOnFailure();

    [Test]
    public void RootFromInclusionProof_AnyMutation_NeverGivesTheRoot() =>
        Prop.ForAll(Sizes, Gen.Choose(0, int.MaxValue).ToArbitrary(), (s, seed) =>
        {
            var (index, random) = (s.Small - 1, new Random(seed));
            var good = MerkleProofs.Inclusion(index, s.Great, Tree.Node);
            foreach (var (mutantIndex, leaf, proof) in Mutants(index, Tree.LeafHash(index), good, s.Great, random))
                Assert.That(MerkleTree.RootFromInclusionProof(mutantIndex, s.Great, leaf, proof), Is.Not.EqualTo(Tree.Root(s.Great)));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Consistency_AnyTwoSizes_IsTheRfcProofAndVerifies() => Prop.ForAll(Sizes, s =>
    {
        var proof = MerkleProofs.Consistency(s.Small, s.Great, Tree.Node);
        Assert.That(proof, Is.EqualTo(Tree.SubProof(s.Small, 0, s.Great, whole: true)));
        Assert.That(MerkleTree.VerifyConsistency(s.Small, Tree.Root(s.Small), s.Great, Tree.Root(s.Great), proof), Is.True);
    }).QuickCheckThrowOnFailure();

    [Test]
    public void VerifyConsistency_AnyMutation_Fails() =>
        Prop.ForAll(Sizes, Gen.Choose(0, int.MaxValue).ToArbitrary(), (s, seed) =>
        {
            var random = new Random(seed);
            var proof = MerkleProofs.Consistency(s.Small, s.Great, Tree.Node);
            var (first, second) = (Tree.Root(s.Small), Tree.Root(s.Great));
            Assert.That(MerkleTree.VerifyConsistency(s.Small, Flip(first, random), s.Great, second, proof), Is.False);
            Assert.That(MerkleTree.VerifyConsistency(s.Small, first, s.Great, Flip(second, random), proof), Is.False);
            Assert.That(MerkleTree.VerifyConsistency(s.Small, first, s.Great, second, [.. proof, first]), Is.False);
            Assert.That(MerkleTree.VerifyConsistency(s.Great + 1, first, s.Great, second, proof), Is.False);
            for (var i = 0; i < proof.Count; i++)
            {
                byte[][] flipped = [.. proof];
                flipped[i] = Flip(flipped[i], random);
                Assert.That(MerkleTree.VerifyConsistency(s.Small, first, s.Great, second, flipped), Is.False);
                Assert.That(MerkleTree.VerifyConsistency(s.Small, first, s.Great, second, [.. proof.Take(i), .. proof.Skip(i + 1)]), Is.False);
            }
        }).QuickCheckThrowOnFailure();

    [Test]
    public void VerifyConsistency_FromTheEmptyTree_NeedsTheEmptyRootAndNoProof()
    {
        var root = Tree.Root(5);
        Assert.That(MerkleTree.VerifyConsistency(0, MerkleTree.EmptyRoot, 5, root, []), Is.True);
        Assert.That(MerkleTree.VerifyConsistency(0, root, 5, root, []), Is.False);
        Assert.That(MerkleTree.VerifyConsistency(0, MerkleTree.EmptyRoot, 5, root, [root]), Is.False);
    }

    [Test]
    public void RootFromInclusionProof_HugeTree_NeitherOverflowsNorLoops()
    {
        var leaf = Tree.LeafHash(0);
        var proof = Enumerable.Repeat(leaf, 63).ToArray();
        Assert.That(MerkleTree.RootFromInclusionProof(0, long.MaxValue, leaf, proof), Is.Not.Null);
        Assert.That(MerkleTree.RootFromInclusionProof(0, long.MaxValue, leaf, proof[1..]), Is.Null);
        Assert.That(MerkleProofs.InclusionRanges(long.MaxValue - 1, long.MaxValue), Has.Count.LessThanOrEqualTo(63));
    }

    private static IEnumerable<(int Index, byte[] Leaf, IReadOnlyList<byte[]> Proof)> Mutants(int index, byte[] leaf, IReadOnlyList<byte[]> proof, int size, Random random)
    {
        yield return (index, Flip(leaf, random), proof);
        yield return (index, leaf, [.. proof, leaf]);
        yield return (-1, leaf, proof);
        yield return (size, leaf, proof);
        if (size > 1) yield return ((index + 1 + random.Next(size - 1)) % size, leaf, proof);
        for (var i = 0; i < proof.Count; i++)
        {
            byte[][] flipped = [.. proof];
            flipped[i] = Flip(flipped[i], random);
            yield return (index, leaf, flipped);
            yield return (index, leaf, [.. proof.Take(i), .. proof.Skip(i + 1)]);
        }
    }

    private static byte[] Flip(byte[] hash, Random random)
    {
        byte[] copy = [.. hash];
        copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(8));
        return copy;
    }
}
