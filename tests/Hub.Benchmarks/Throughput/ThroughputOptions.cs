namespace Hub.Benchmarks.Throughput;

/// <summary>What a throughput run measures.</summary>
internal sealed record ThroughputOptions
{
    internal TimeSpan Warmup { get; init; } = TimeSpan.FromSeconds(10);

    internal TimeSpan Measured { get; init; } = TimeSpan.FromSeconds(60);

    internal int Connections { get; init; } = 64;

    /// <summary>Memory for envelopes signed before the clock starts; the rest is signed on the fly and costs the run its CPU.</summary>
    internal long PresignBytes { get; init; } = 3L << 30;

    internal IReadOnlyList<Case> Cases { get; init; } = Case.All;

    internal static ThroughputOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new ThroughputOptions();
        for (var i = 0; i + 1 < arguments.Count; i += 2)
        {
            var value = arguments[i + 1];
            options = arguments[i] switch
            {
                "--warmup" => options with { Warmup = TimeSpan.FromSeconds(int.Parse(value)) },
                "--seconds" => options with { Measured = TimeSpan.FromSeconds(int.Parse(value)) },
                "--connections" => options with { Connections = int.Parse(value) },
                "--presign-mib" => options with { PresignBytes = long.Parse(value) << 20 },
                "--cases" => options with { Cases = [.. value.Split(',').Select(Case.Named)] },
                _ => throw new ArgumentException($"Unknown option {arguments[i]}.", nameof(arguments)),
            };
        }

        return options;
    }
}

/// <summary>One size, encoding and algorithm.</summary>
/// <param name="Name">Name in the report.</param>
/// <param name="PayloadBytes">Bytes of payload in each envelope.</param>
/// <param name="Encoding"><c>json</c> or <c>xml</c>.</param>
/// <param name="Algorithm">Signature algorithm.</param>
/// <param name="Target">Messages per second aimed at by a later version; null when none is set.</param>
internal sealed record Case(string Name, int PayloadBytes, string Encoding, string Algorithm, int? Target = null)
{
    internal static readonly IReadOnlyList<Case> All =
    [
        new("1KB", 1024, "json", "ES256"),
        new("10KB", 10 * 1024, "json", "ES256"),
        new("100KB", 100 * 1024, "json", "ES256"),
        new("XML-4KB", 4 * 1024, "xml", "RS256"),
    ];

    internal static Case Named(string name) => All.FirstOrDefault(c => c.Name == name)
        ?? throw new ArgumentException($"No case '{name}'; there are {string.Join(", ", All.Select(c => c.Name))}.", nameof(name));
}
