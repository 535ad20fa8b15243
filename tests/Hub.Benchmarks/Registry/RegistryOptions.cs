namespace Hub.Benchmarks.Registry;

/// <summary>The size of the registry that is measured.</summary>
internal sealed record RegistryOptions
{
    internal int Agencies { get; init; } = 5_000;

    internal int Systems { get; init; } = 10_000;

    internal int Services { get; init; } = 2_000;

    internal int Rights { get; init; } = 200_000;

    /// <summary>Communes, which are the members of the groups.</summary>
    internal int Members { get; init; } = 3_321;

    /// <summary>Documents sent to each group through the shipped hub; 0 leaves that part out.</summary>
    internal int FanOut { get; init; } = 4;

    internal static RegistryOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new RegistryOptions();
        for (var i = 0; i + 1 < arguments.Count; i += 2)
        {
            var value = int.Parse(arguments[i + 1]);
            options = arguments[i] switch
            {
                "--agencies" => options with { Agencies = value },
                "--systems" => options with { Systems = value },
                "--services" => options with { Services = value },
                "--rights" => options with { Rights = value },
                "--members" => options with { Members = value },
                "--fan-out" => options with { FanOut = value },
                _ => throw new ArgumentException($"Unknown option {arguments[i]}.", nameof(arguments)),
            };
        }

        return options;
    }
}
