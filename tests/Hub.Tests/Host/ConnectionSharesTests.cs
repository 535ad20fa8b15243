using System.Net;
using Hub.Host.Composition;
using Microsoft.AspNetCore.Connections;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class ConnectionSharesTests
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _served;

    [Test]
    public async Task Around_OneSourceBeyondItsShare_IsAborted_OthersAreServed()
    {
        var serve = new ConnectionShares([IPNetwork.Parse("10.0.0.0/24")], most: 2).Around(_ =>
        {
            _served++;
            return _end.Task;
        });
        Task[] held = [serve(From("203.0.113.5")), serve(From("203.0.113.5"))];
        var beyond = From("203.0.113.5");
        await serve(beyond);
        Assert.That((beyond.ConnectionClosed.IsCancellationRequested, _served), Is.EqualTo((true, 2)));

        held = [.. held, serve(From("203.0.113.6")), serve(From("127.0.0.1")), serve(From("127.0.0.1")), serve(From("127.0.0.1"))];
        Assert.That(_served, Is.EqualTo(6));
        held = [.. held, serve(From("10.0.0.7")), serve(From("10.0.0.7")), serve(From("::ffff:10.0.0.7"))];
        Assert.That(_served, Is.EqualTo(9), "a trusted proxy");
        _end.SetResult();
        await Task.WhenAll(held);
        await serve(From("203.0.113.5"));
        Assert.That(_served, Is.EqualTo(10), "what ended gave its place back");
    }

    private static DefaultConnectionContext From(string address)
    {
        var closed = new CancellationTokenSource();
        return new AbortableConnection(closed) { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 50_000), ConnectionClosed = closed.Token };
    }

    private sealed class AbortableConnection(CancellationTokenSource closed) : DefaultConnectionContext
    {
        public override void Abort(ConnectionAbortedException abortReason) => closed.Cancel();
    }
}
