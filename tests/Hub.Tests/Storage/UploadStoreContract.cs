using System.Security.Cryptography;
using Hub.Contracts.Problems;
using Hub.Core.Storage;
using static Hub.Tests.Storage.StoreSamples;

namespace Hub.Tests.Storage;

/// <summary>What every upload store promises.</summary>
public abstract partial class UploadStoreContract
{
    private protected IUploadStore Uploads { get; private set; } = null!;

    protected abstract IUploadStore Create();

    [SetUp]
    public void Open() => Uploads = Create();

    protected static byte[] Content(int size)
    {
        var content = new byte[size];
        new Random(size).NextBytes(content);
        return content;
    }

    protected static string DigestOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(65_535)]
    [TestCase(65_536)]
    [TestCase(65_537)]
    [TestCase(300_001)]
    public async Task Append_InOnePiece_CompletesAndReadsBack(int size)
    {
        var content = Content(size);
        var digest = DigestOf(content);
        var begun = await Uploads.BeginAsync(Sender, digest, size);
        Assert.That(begun, Is.EqualTo(new UploadStatus(digest, size, 0, size == 0)));
        if (size > 0) Assert.That((await AppendAsync(digest, 0, content)).Complete);
        Assert.That(await Uploads.FindAsync(Sender, digest), Is.EqualTo(new UploadStatus(digest, size, size, true)));
        Assert.That(await ReadAsync(digest), Is.EqualTo(content));
    }

    [TestCase(1)]
    [TestCase(40_000)]
    [TestCase(65_536)]
    [TestCase(100_000)]
    public async Task Append_InPieces_CountsEachAndCompletesWithTheLast(int piece)
    {
        var content = Content(piece == 1 ? 7 : 300_001);
        var digest = DigestOf(content);
        await Uploads.BeginAsync(Sender, digest, content.Length);
        for (var offset = 0; offset < content.Length; offset += piece)
        {
            Assert.That((await Uploads.FindAsync(Sender, digest))!.Offset, Is.EqualTo(offset));
            Assert.That(await Uploads.OpenReadAsync(Sender, digest), Is.Null);
            await AppendAsync(digest, offset, content[offset..Math.Min(content.Length, offset + piece)]);
        }

        Assert.That(await ReadAsync(digest), Is.EqualTo(content));
    }

    [Test]
    public async Task Append_ContentBreaksOff_KeepsWhatArrived()
    {
        var content = Content(200_000);
        var digest = DigestOf(content);
        await Uploads.BeginAsync(Sender, digest, content.Length);
        Assert.ThrowsAsync<EndOfStreamException>(async () => await Uploads.AppendAsync(Sender, digest, 0, new BrokenStream(content[..100_003])));
        Assert.That((await Uploads.FindAsync(Sender, digest))!.Offset, Is.EqualTo(100_003));
        Assert.That((await AppendAsync(digest, 100_003, content[100_003..])).Complete);
        Assert.That(await ReadAsync(digest), Is.EqualTo(content));
    }

    [Test]
    public async Task Append_WrongOffset_IsRefusedAndChangesNothing([Values(0, 9, 11)] long offset)
    {
        var content = Content(100);
        var digest = DigestOf(content);
        await Uploads.BeginAsync(Sender, digest, 100);
        await AppendAsync(digest, 0, content[..10]);
        AssertRefused(ProblemCode.InvalidRequest, () => AppendAsync(digest, offset, content[..10]));
        Assert.That((await Uploads.FindAsync(Sender, digest))!.Offset, Is.EqualTo(10));
    }

    [Test]
    public async Task Append_OtherDigest_IsRefusedAndStartsOver()
    {
        var content = Content(100);
        var digest = DigestOf(content);
        await Uploads.BeginAsync(Sender, digest, 100);
        AssertRefused(ProblemCode.DigestMismatch, () => AppendAsync(digest, 0, new byte[100]));
        Assert.That(await Uploads.OpenReadAsync(Sender, digest), Is.Null);
        Assert.That((await Uploads.BeginAsync(Sender, digest, 100)).Offset, Is.Zero);
        Assert.That((await AppendAsync(digest, 0, content)).Complete);
    }

    [Test]
    public async Task Append_BeyondTheSize_IsRefusedAndStartsOver()
    {
        var content = Content(100);
        var digest = DigestOf(content[..99]);
        await Uploads.BeginAsync(Sender, digest, 99);
        AssertRefused(ProblemCode.TooLarge, () => AppendAsync(digest, 0, content));
        Assert.That(await Uploads.OpenReadAsync(Sender, digest), Is.Null);
        Assert.That((await Uploads.BeginAsync(Sender, digest, 99)).Offset, Is.Zero);
    }

    [Test]
    public void Append_NotBegun_IsNotFound() => AssertRefused(ProblemCode.NotFound, () => AppendAsync(DigestOf([1]), 0, [1]));

    [Test]
    public async Task Begin_Again_GivesWhereItStands()
    {
        var content = Content(100);
        var digest = DigestOf(content);
        await Uploads.BeginAsync(Sender, digest, 100);
        await AppendAsync(digest, 0, content[..30]);
        Assert.That(await Uploads.BeginAsync(Sender, digest, 100), Is.EqualTo(new UploadStatus(digest, 100, 30, false)));
        AssertRefused(ProblemCode.InvalidRequest, async () => await Uploads.BeginAsync(Sender, digest, 101));
    }

    [Test]
    public async Task AnotherOwner_SeesNothing()
    {
        var content = Content(100);
        var digest = DigestOf(content);
        await Uploads.BeginAsync(Sender, digest, 100);
        await AppendAsync(digest, 0, content);
        Assert.That(await Uploads.FindAsync(Other, digest), Is.Null);
        Assert.That(await Uploads.OpenReadAsync(Other, digest), Is.Null);
        Assert.That(await Uploads.BeginAsync(Other, digest, 100), Is.EqualTo(new UploadStatus(digest, 100, 0, false)), "its own upload, from the start");
    }

    [TestCase("../../../../etc/passwd")]
    [TestCase("")]
    [TestCase("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    public void Begin_NoDigest_IsRefused(string digest) => AssertRefused(ProblemCode.InvalidRequest, async () => await Uploads.BeginAsync(Sender, digest, 1));

    [Test]
    public void Begin_ImpossibleSize_IsRefused()
    {
        AssertRefused(ProblemCode.InvalidRequest, async () => await Uploads.BeginAsync(Sender, DigestOf([]), -1));
        AssertRefused(ProblemCode.TooLarge, async () => await Uploads.BeginAsync(Sender, DigestOf([]), (10L << 30) + 1));
        AssertRefused(ProblemCode.DigestMismatch, async () => await Uploads.BeginAsync(Sender, DigestOf([1]), 0));
    }

    [Test]
    public async Task Begin_TooManyUnfinished_IsRefusedUntilOneIsComplete()
    {
        for (var i = 0; i < 32; i++) await Uploads.BeginAsync(Sender, DigestOf([(byte)i]), 1);
        AssertRefused(ProblemCode.RateLimited, async () => await Uploads.BeginAsync(Sender, DigestOf([99]), 1));
        Assert.That((await Uploads.BeginAsync(Other, DigestOf([99]), 1)).Complete, Is.False, "another owner's count is its own");
        await AppendAsync(DigestOf([7]), 0, [7]);
        Assert.That((await Uploads.BeginAsync(Sender, DigestOf([99]), 1)).Complete, Is.False);
    }

    [Test]
    public async Task OpenRead_Seeks_ToAnyByte()
    {
        var content = Content(200_000);
        var digest = DigestOf(content);
        await Uploads.BeginAsync(Sender, digest, content.Length);
        await AppendAsync(digest, 0, content);
        await using var stream = (await Uploads.OpenReadAsync(Sender, digest))!;
        Assert.That((stream.CanSeek, stream.Length), Is.EqualTo((true, 200_000L)));
        foreach (var position in new[] { 199_999, 0, 65_536, 65_535, 131_072 })
        {
            stream.Position = position;
            Assert.That(stream.ReadByte(), Is.EqualTo(content[position]));
        }

        stream.Seek(0, SeekOrigin.End);
        Assert.That(stream.ReadByte(), Is.EqualTo(-1));
    }

    [Test]
    public async Task Append_FromTwoAtOnce_OneGoesFirstTheOtherIsRefused()
    {
        var content = Content(100_000);
        var digest = DigestOf(content);
        await Uploads.BeginAsync(Sender, digest, content.Length);
        var tries = new[] { 0, 1 }.Select(_ => Task.Run(async () =>
        {
            try
            {
                await AppendAsync(digest, 0, content[..50_000]);
                return true;
            }
            catch (ProblemException refused) when (refused.Code == ProblemCode.InvalidRequest)
            {
                return false;
            }
        }));
        Assert.That(await Task.WhenAll(tries), Is.EquivalentTo(new[] { true, false }));
        Assert.That((await AppendAsync(digest, 50_000, content[50_000..])).Complete);
    }

    private protected Task<UploadStatus> AppendAsync(string digest, long offset, byte[] content) =>
        Uploads.AppendAsync(Sender, digest, offset, new MemoryStream(content)).AsTask();

    private protected async Task<byte[]> ReadAsync(string digest)
    {
        await using var stream = await Uploads.OpenReadAsync(Sender, digest);
        using var read = new MemoryStream();
        await stream!.CopyToAsync(read);
        return read.ToArray();
    }

    private protected static void AssertRefused(ProblemCode code, Func<Task> action) =>
        Assert.That(Assert.ThrowsAsync<ProblemException>(async () => await action())!.Code, Is.EqualTo(code));

    /// <summary>Gives its content, then fails as a lost connection does.</summary>
    private sealed class BrokenStream(byte[] content) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is var read and > 0 ? read : throw new EndOfStreamException();
    }
}
