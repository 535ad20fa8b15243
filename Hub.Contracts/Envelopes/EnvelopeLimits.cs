namespace Hub.Contracts.Envelopes;

/// <summary>What a reader accepts at most. Every reader applies them before it allocates.</summary>
public sealed record EnvelopeLimits
{
    /// <summary>The limits of version 1.</summary>
    public static readonly EnvelopeLimits Default = new();

    /// <summary>Greatest envelope in bytes (20 MiB).</summary>
    public int MaxBytes { get; init; } = 20 * 1024 * 1024;

    /// <summary>Greatest nesting of elements, objects or arrays (64).</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Most recipients (1,000).</summary>
    public int MaxRecipients { get; init; } = 1_000;

    /// <summary>Most attachments (100).</summary>
    public int MaxAttachments { get; init; } = 100;

    /// <summary>Greatest inline attachment in bytes (1 MiB).</summary>
    public int MaxInlineBytes { get; init; } = 1024 * 1024;

    /// <summary>Most extensions (50).</summary>
    public int MaxExtensions { get; init; } = 50;

    /// <summary>Most attributes on one XML element (100), namespace declarations included.</summary>
    public int MaxAttributes { get; init; } = 100;

    /// <summary>Most XML nodes or JSON tokens in one envelope (1,000,000).</summary>
    public int MaxNodes { get; init; } = 1_000_000;
}
