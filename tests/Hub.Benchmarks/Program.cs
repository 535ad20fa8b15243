using Hub.Benchmarks.Registry;
using Hub.Benchmarks.Throughput;

return args switch
{
    ["throughput", .. var options] => await ThroughputScenario.RunAsync(ThroughputOptions.Parse(options)).ConfigureAwait(false),
    ["registry", .. var options] => await RegistryScenario.RunAsync(RegistryOptions.Parse(options)).ConfigureAwait(false),
    ["generator", var settings] => await Generator.RunAsync(settings).ConfigureAwait(false),
    ["sink", var settings] => await Sink.RunAsync(settings).ConfigureAwait(false),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Hub.Benchmarks throughput [--seconds 60] [--warmup 10] [--connections 64] [--presign-mib 3072]
                [--cases 1KB,10KB,100KB,XML-4KB]

        Runs the shipped hub as its own process with default security and durability, between a generator process and a
        sink process, and prints what was delivered and committed each second. The last line is one JSON object.

        Hub.Benchmarks registry [--systems 10000] [--agencies 5000] [--services 2000] [--rights 200000] [--members 3321]
                [--fan-out 4]

        Decisions, recipients, changes, load and memory of a registry of that size, over the shipped store in this process;
        then a 10 KB document to all members of a group through the shipped hub as its own process, as often as --fan-out says.
        """);
    return 2;
}
