namespace Hub.Core;

/// <summary>Settings of a hub that do not live in the registry.</summary>
public sealed record HubSettings
{
    private readonly bool? _keysWithoutProof;

    /// <summary>Data folder.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Accept keys made by <c>hub dev-pki</c>.</summary>
    public bool Development { get; init; }

    /// <summary>Take keys that come without a proof of possession: as <see cref="Development"/>, unless stated.</summary>
    public bool KeysWithoutProof { get => _keysWithoutProof ?? Development; init => _keysWithoutProof = value; }

    /// <summary>Oldest <c>created</c> accepted (7 days).</summary>
    public TimeSpan AcceptPast { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Furthest future <c>created</c> accepted (5 minutes).</summary>
    public TimeSpan AcceptFuture { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Most units of work in one grouped commit (256).</summary>
    public int MaxGroup { get; init; } = 256;
}
