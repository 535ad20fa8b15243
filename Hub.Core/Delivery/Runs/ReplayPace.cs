namespace Hub.Core.Delivery.Runs;

/// <summary>How a run goes about it.</summary>
/// <param name="Rate">Deliveries set going a second, 1 to 1,000 (10).</param>
/// <param name="Canary">Whether it begins with 1, then 10, then 100, and goes on only when those were delivered (yes).</param>
/// <param name="Share">Percent of such a step that must be delivered, 1 to 100 (100).</param>
/// <param name="Patience">How long such a step may take from its last replay on (10 minutes).</param>
public sealed record ReplayPace(int Rate = 10, bool Canary = true, int Share = 100, TimeSpan? Patience = null)
{
    /// <summary>Sizes of the steps; after the last of them comes the rest.</summary>
    internal static IReadOnlyList<int> Steps { get; } = [1, 10, 100];

    internal TimeSpan Waits => Patience ?? TimeSpan.FromMinutes(10);
}
