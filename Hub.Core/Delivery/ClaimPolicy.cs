namespace Hub.Core.Delivery;

/// <summary>What may be done with a delivery that was just claimed.</summary>
public enum ClaimDecision
{
    /// <summary>Hand it out.</summary>
    Deliver,

    /// <summary>Its message has expired.</summary>
    Expire,

    /// <summary>It was claimed too often without an end: it dies.</summary>
    Die,
}

/// <summary>What the decision depends on.</summary>
/// <param name="Claims">Claims made, the new one included.</param>
/// <param name="MaxClaims">Most claims allowed.</param>
/// <param name="Now">The hub's clock.</param>
/// <param name="Expires">When the message expires, if it does.</param>
public sealed record ClaimInput(int Claims, int MaxClaims, DateTimeOffset Now, DateTimeOffset? Expires);

/// <summary>Decides about claimed deliveries, so that a message whose recipient (or the hub) fails each time it holds it does
/// not come round for ever. Pure.</summary>
public static class ClaimPolicy
{
    /// <summary>How often a stop of the hub may cut short what it holds of a delivery without that counting as an attempt (10).</summary>
    public const int Interruptions = 10;

    /// <summary>The decision.</summary>
    public static ClaimDecision Decide(ClaimInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Expires <= input.Now) return ClaimDecision.Expire;
        return input.Claims > input.MaxClaims ? ClaimDecision.Die : ClaimDecision.Deliver;
    }
}
