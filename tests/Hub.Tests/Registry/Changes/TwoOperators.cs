using Hub.Core.Registry;
using static Hub.Tests.Registry.Changes.RegistryBench;

namespace Hub.Tests.Registry.Changes;

/// <summary>A registry with two operators, so that what adds trust needs both.</summary>
public abstract class TwoOperators
{
    private protected static readonly RegistryActor An = Operator("an");
    private protected static readonly RegistryActor Binh = Operator("binh");
    private protected RegistryBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await RegistryBench.StartAsync(["an", "binh"]);

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();
}
