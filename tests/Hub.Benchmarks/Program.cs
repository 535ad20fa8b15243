using System.Globalization;
using Hub.Benchmarks.FanOut;
using Hub.Benchmarks.Growth;
using Hub.Benchmarks.Idle;
using Hub.Benchmarks.Large;
using Hub.Benchmarks.Latency;
using Hub.Benchmarks.Peers;
using Hub.Benchmarks.Registry;
using Hub.Benchmarks.Throughput;

return args switch
{
    ["throughput", .. var options] => await ThroughputScenario.RunAsync(ThroughputOptions.Parse(options)).ConfigureAwait(false),
    ["latency", .. var options] => await LatencyScenario.RunAsync(ThroughputOptions.Parse(options, LatencyScenario.Defaults)).ConfigureAwait(false),
    ["growth", .. var options] => await GrowthScenario.RunAsync(ThroughputOptions.Parse(options, GrowthScenario.Defaults)).ConfigureAwait(false),
    ["large", .. var size] => await LargeScenario.RunAsync(Number(size, "--mib", 100)).ConfigureAwait(false),
    ["fanout", .. var times] => await FanOutScenario.RunAsync(Number(times, "--times", 5)).ConfigureAwait(false),
    ["idle"] => await IdleScenario.RunAsync().ConfigureAwait(false),
    ["peers", .. var options] => await PeersScenario.RunAsync(ThroughputOptions.Parse(options, PeersScenario.Defaults)).ConfigureAwait(false),
    ["registry", .. var options] => await RegistryScenario.RunAsync(RegistryOptions.Parse(options)).ConfigureAwait(false),
    ["generator", var settings] => await Generator.RunAsync(settings).ConfigureAwait(false),
    ["sink", var settings] => await Sink.RunAsync(settings).ConfigureAwait(false),
    _ => Usage(),
};

static int Number(string[] arguments, string name, int otherwise) => arguments switch
{
    [] => otherwise,
    [var given, var value] when given == name => int.Parse(value, CultureInfo.InvariantCulture),
    _ => throw new ArgumentException($"{name} NUMBER, or nothing.", nameof(arguments)),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Hub.Benchmarks throughput [--seconds 60] [--warmup 10] [--connections 64] [--presign-mib 3072]
                [--cases 1KB,10KB,100KB,XML-4KB] [--store sqlite|postgres] [--nodes 1] [--stored 0]

        Runs the shipped hub as its own process with default security and durability, between a generator process and a
        sink process, and prints what was delivered and committed each second, how long receipts took, and what processor
        time each process used for a message. The last line is one JSON object. --store postgres starts a PostgreSQL of its
        own on this machine; --nodes N also runs N hubs over one database, --stored N also a store that holds N messages.

        Hub.Benchmarks latency [--rate 4000] [--seconds 60] [--warmup 10] [--connections 256] [--store sqlite|postgres]

        Open loop: messages are due at a fixed rate, and waits count from then; receipts, and from the receipt to the sink. Then what
        the hub costs at 100 a second.

        Hub.Benchmarks growth [--stored 1000000] [the options of throughput]
        Hub.Benchmarks large [--mib 100]    an attachment uploaded, sent and fetched: rates, and memory of the hub
        Hub.Benchmarks fanout [--times 5]   one 10 KB document to 1,000 pushed systems
        Hub.Benchmarks idle                 processor and memory of a hub with nothing to do

        Hub.Benchmarks peers [the same options] [--cases 1KB,10KB] [--peer plain|tuned]

        The same job on MassTransit and RabbitMQ (its own broker, installed from Debian when missing), then on the hub. The plain
        peer is what MassTransit's documentation shows, the tuned one leaves out what costs; without --peer both are run.

        Hub.Benchmarks registry [--systems 10000] [--agencies 5000] [--services 2000] [--rights 200000] [--members 3321]
                [--fan-out 4]

        Decisions, recipients, changes, load and memory of a registry of that size, over the shipped store in this process;
        then a 10 KB document to all members of a group through the shipped hub as its own process, as often as --fan-out says.
        """);
    return 2;
}
