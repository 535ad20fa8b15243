namespace Hub.Contracts.Sealing;

/// <summary>What sealing and opening take at most. Everything is held in memory, a few times over.</summary>
public sealed record SealingLimits
{
    /// <summary>The limits of version 1.</summary>
    public static readonly SealingLimits Default = new();

    /// <summary>Greatest sealed or plain content in bytes (128 MiB).</summary>
    public int MaxBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>Most recipients of one content (5,000).</summary>
    public int MaxRecipients { get; init; } = 5_000;

    /// <summary>Most wrapped keys that are tried (32): how much work a stranger can cause.</summary>
    public int MaxTrials { get; init; } = 32;
}
