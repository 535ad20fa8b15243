using Hub.Benchmarks.Throughput;

return args switch
{
    ["throughput", .. var options] => await ThroughputScenario.RunAsync(ThroughputOptions.Parse(options)).ConfigureAwait(false),
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
        """);
    return 2;
}
