using System.Globalization;

namespace Hub.Benchmarks.Throughput;

/// <summary>What a throughput run measures.</summary>
internal sealed record ThroughputOptions
{
    internal TimeSpan Warmup { get; init; } = TimeSpan.FromSeconds(10);

    internal TimeSpan Measured { get; init; } = TimeSpan.FromSeconds(60);

    internal int Connections { get; init; } = 128;

    /// <summary>Messages a second at fixed instants, whatever the answers; 0: each connection sends when it has its answer.</summary>
    internal double Rate { get; init; }

    /// <summary>Memory for envelopes signed before the clock starts; the rest is signed on the fly and costs the run its CPU.</summary>
    internal long PresignBytes { get; init; } = 3L << 30;

    /// <summary>Whether the hub's store is PostgreSQL; otherwise SQLite.</summary>
    internal bool Postgres { get; init; }

    /// <summary>More than one: also run so many hub processes over one database.</summary>
    internal int Nodes { get; init; } = 1;

    /// <summary>More than none: also run over a store that holds so many messages.</summary>
    internal int Stored { get; init; }

    /// <summary>The peers to measure beside the hub.</summary>
    internal IReadOnlyList<string> Peers { get; init; } = ["plain", "tuned"];

    internal IReadOnlyList<Case> Cases { get; init; } = Case.All;

    internal static ThroughputOptions Parse(IReadOnlyList<string> arguments, ThroughputOptions? defaults = null)
    {
        var options = defaults ?? new ThroughputOptions();
        for (var i = 0; i + 1 < arguments.Count; i += 2)
        {
            var value = arguments[i + 1];
            options = arguments[i] switch
            {
                "--warmup" => options with { Warmup = TimeSpan.FromSeconds(int.Parse(value)) },
                "--seconds" => options with { Measured = TimeSpan.FromSeconds(int.Parse(value)) },
                "--connections" => options with { Connections = int.Parse(value) },
                "--rate" => options with { Rate = double.Parse(value, CultureInfo.InvariantCulture) },
                "--presign-mib" => options with { PresignBytes = long.Parse(value) << 20 },
                "--cases" => options with { Cases = [.. value.Split(',').Select(Case.Named)] },
                "--store" => options with { Postgres = value == "postgres" || (value == "sqlite" ? false : throw new ArgumentException($"--store is sqlite or postgres, not '{value}'.", nameof(arguments))) },
                "--peer" => options with { Peers = value is "plain" or "tuned" ? [value] : throw new ArgumentException($"--peer is plain or tuned, not '{value}'.", nameof(arguments)) },
                "--nodes" => options with { Nodes = int.Parse(value) },
                "--stored" => options with { Stored = int.Parse(value) },
                _ => throw new ArgumentException($"Unknown option {arguments[i]}.", nameof(arguments)),
            };
        }

        return options.Nodes > 1 && !options.Postgres ? throw new ArgumentException("Several nodes need --store postgres.", nameof(arguments)) : options;
    }
}

/// <summary>One size, encoding and algorithm.</summary>
/// <param name="Name">Name in the report.</param>
/// <param name="PayloadBytes">Bytes of payload in each envelope.</param>
/// <param name="Encoding"><c>json</c> or <c>xml</c>.</param>
/// <param name="Algorithm">Signature algorithm.</param>
/// <param name="Target">Messages per second aimed at by a later version; null when none is set.</param>
/// <param name="PostgresTarget">The same over PostgreSQL on the same machine.</param>
internal sealed record Case(string Name, int PayloadBytes, string Encoding, string Algorithm, int? Target = null, int? PostgresTarget = null)
{
    internal static readonly IReadOnlyList<Case> All =
    [
        new("1KB", 1024, "json", "ES256", PostgresTarget: 3000),
        new("10KB", 10 * 1024, "json", "ES256"),
        new("100KB", 100 * 1024, "json", "ES256"),
        new("XML-4KB", 4 * 1024, "xml", "RS256"),
    ];

    internal static Case Named(string name) => All.FirstOrDefault(c => c.Name == name)
        ?? throw new ArgumentException($"No case '{name}'; there are {string.Join(", ", All.Select(c => c.Name))}.", nameof(name));
}
