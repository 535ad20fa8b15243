using Hub.Adapters.Stores.Files;
using Hub.Core;
using Hub.Core.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.Tests.Storage;

/// <summary>A node refuses a database that went back behind what it knows, or holds another history.</summary>
public sealed class LogMemoryTests
{
    private TemporaryFolder _folder = null!;
    private Time.ManualClock _clock = null!;
    private InMemoryStore _store = null!;

    [SetUp]
    public void Begin() => (_store, _folder, _clock) = (new InMemoryStore(shared: true), new TemporaryFolder(), new Time.ManualClock());

    [TearDown]
    public async Task EndAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Start_LogWentOn_Passes()
    {
        await AppendAsync("a");
        await using (await StartAsync()) await AppendAsync("b");
        await AppendAsync("c");
        Assert.That(async () => await (await StartAsync()).DisposeAsync(), Throws.Nothing);
    }

    [Test]
    public async Task Start_LogWentBack_IsRefused()
    {
        await AppendAsync("a");
        var older = _store.State;
        await AppendAsync("b");
        await (await StartAsync()).DisposeAsync();
        _store.State = older;
        Assert.That(async () => await StartAsync(), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public async Task Start_OtherHistoryThatIsLonger_IsRefused()
    {
        await AppendAsync("a");
        var older = _store.State;
        await AppendAsync("b");
        await (await StartAsync()).DisposeAsync();
        _store.State = older;
        await AppendAsync("x");
        await AppendAsync("y");
        Assert.That(async () => await StartAsync(), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public async Task Start_AfterAKill_KnowsWhatWasThereSecondsBefore()
    {
        await AppendAsync("a");
        var older = _store.State;
        await using var killed = await StartAsync();
        await AppendAsync("b");
        var path = Path.Combine(_folder.Path, "log.head");
        var deadline = Environment.TickCount64 + 30_000;
        while (!File.Exists(path) && Environment.TickCount64 < deadline)
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(5);
        }

        _store.State = older;
        Assert.That(async () => await StartAsync(), Throws.InstanceOf<InvalidDataException>());
    }

    private async Task<LogMemory> StartAsync()
    {
        var memory = new LogMemory(_folder.Path, _store, _clock, NullLogger<LogMemory>.Instance);
        await memory.StartAsync();
        return memory;
    }

    private async Task AppendAsync(string id)
    {
        await using var committer = new GroupCommitter(_store, DataFolder.Keys, new HubSettings { DataDirectory = "." }, _clock, NullLogger<GroupCommitter>.Instance);
        await committer.StartAsync();
        await committer.RunAsync(CommitterBench.Accept(id));
    }
}
