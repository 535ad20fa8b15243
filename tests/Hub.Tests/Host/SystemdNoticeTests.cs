using System.Net.Sockets;
using System.Text;
using Hub.Contracts.Problems;
using Hub.Host.Composition;

namespace Hub.Tests.Host;

[TestFixture]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SystemdNoticeTests
{
    private string _folder = null!;
    private Socket _systemd = null!;

    [SetUp]
    public void Listen()
    {
        _folder = Directory.CreateTempSubdirectory("hub-notify-").FullName;
        _systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        _systemd.Bind(new UnixDomainSocketEndPoint(Path));
    }

    [TearDown]
    public void Close()
    {
        _systemd.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Node_NotReadyAtFirst_IsToldReadyOnceItIs_AndStopping()
    {
        using var stopping = new CancellationTokenSource();
        var asked = 0;
        var answered = new TaskCompletionSource();
        await using var notice = new SystemdNotice(Path, async _ =>
        {
            if (Interlocked.Increment(ref asked) == 1) throw ProblemCode.Unavailable.With("store: the log is not open yet.");
            await answered.Task;
        }, stopping.Token);
        Assert.That(_systemd.Available, Is.Zero);
        answered.SetResult();
        Assert.That(Heard(), Is.EqualTo("READY=1"));
        await stopping.CancelAsync();
        Assert.That((Heard(), asked), Is.EqualTo(("STOPPING=1", 2)));
    }

    [Test]
    public async Task Node_StoppedBeforeItWasReady_IsNeverToldReady()
    {
        using var stopping = new CancellationTokenSource();
        await using (new SystemdNotice(Path, static _ => throw ProblemCode.Unavailable.With("clock: off."), stopping.Token)) await stopping.CancelAsync();
        Assert.That((Heard(), _systemd.Available), Is.EqualTo(("STOPPING=1", 0)));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("/nowhere/notify")]
    public async Task Node_WithoutAListener_GoesOn(string? path)
    {
        using var stopping = new CancellationTokenSource();
        await using var notice = new SystemdNotice(path, static _ => Task.CompletedTask, stopping.Token);
        Assert.DoesNotThrowAsync(stopping.CancelAsync);
    }

    private string Path => System.IO.Path.Combine(_folder, "notify");

    private string Heard()
    {
        var octets = new byte[64];
        return Encoding.ASCII.GetString(octets, 0, _systemd.Receive(octets));
    }
}
