using Hub.Core.Delivery.Runs;
using Hub.Core.Storage;

namespace Hub.Host.Api;

/// <summary>Which dead deliveries to replay, and how. Filters combine; none: all.</summary>
internal sealed class ReplayRunRequest
{
    /// <summary>To this system.</summary>
    public string? Recipient { get; init; }

    /// <summary>That died of this problem code.</summary>
    public string? Problem { get; init; }

    /// <summary>Of this group, instead of recipient and problem.</summary>
    public string? Group { get; init; }

    /// <summary>Of messages of this service.</summary>
    public string? Type { get; init; }

    /// <summary>That died at or after.</summary>
    public string? Since { get; init; }

    /// <summary>That died before.</summary>
    public string? Until { get; init; }

    /// <summary>Deliveries set going a second, 1 to 1,000 (10).</summary>
    public int Rate { get; init; } = 10;

    /// <summary>Whether to begin with 1, then 10, then 100, each only when those before were delivered (yes).</summary>
    public bool Canary { get; init; } = true;

    /// <summary>Percent of such a step that must be delivered, 1 to 100 (100).</summary>
    public int Share { get; init; } = 100;

    /// <summary>Minutes that such a step may take, 1 to 1,440 (10).</summary>
    public int PatienceMinutes { get; init; } = 10;
}

/// <summary>A replay run.</summary>
/// <param name="Id">Its name.</param>
/// <param name="State">previewed, running, stopped or done.</param>
/// <param name="Why">Why it stopped.</param>
/// <param name="Actor">Who previewed it.</param>
/// <param name="Created">When; what died later is not its own.</param>
/// <param name="Changed">When it changed last.</param>
/// <param name="Filter">Which deliveries.</param>
/// <param name="Digest">SHA-256 of the filter: the same words, the same digest.</param>
/// <param name="Matched">How many there were at the preview.</param>
/// <param name="MatchedIsExact">False: it stopped counting, there were more.</param>
/// <param name="Replayed">How many were set going.</param>
/// <param name="Skipped">Once done: how many others were quicker with.</param>
/// <param name="Steps">Sizes of its steps; after the last of them comes the rest.</param>
/// <param name="Step">The step under way, from 1.</param>
/// <param name="Rate">Deliveries a second.</param>
/// <param name="Share">Percent of a step that must be delivered.</param>
/// <param name="Sample">With a preview: some of the deliveries.</param>
internal sealed record ReplayRunView(
    string Id, ReplayRunState State, string? Why, string Actor, DateTimeOffset Created, DateTimeOffset Changed, ReplayFilterView Filter, string Digest,
    long Matched, bool MatchedIsExact, long Replayed, long? Skipped, IReadOnlyList<int> Steps, int Step, int Rate, int Share, IReadOnlyList<DeliveryView>? Sample)
{
    private static readonly int[] CanarySteps = [1, 10, 100];

    internal static ReplayRunView Of(ReplayRun run, IReadOnlyList<DeliveryRecord>? sample = null) => new(
        run.Id, run.State, run.Why, run.Actor, run.Created, run.Changed, ReplayFilterView.Of(run.Filter), run.Filter.Digest,
        run.Matched, run.IsExact, run.Replayed, run.Skipped, run.Pace.Canary ? CanarySteps : [], run.Step + 1, run.Pace.Rate, run.Pace.Share,
        sample is null ? null : [.. sample.Select(DeliveryView.Of)]);
}

/// <summary>The filter of a run.</summary>
/// <param name="Recipient">To this system.</param>
/// <param name="Problem">That died of this problem code.</param>
/// <param name="Type">Of messages of this service.</param>
/// <param name="Since">That died at or after.</param>
/// <param name="Until">That died before.</param>
internal sealed record ReplayFilterView(string? Recipient, string? Problem, string? Type, DateTimeOffset? Since, DateTimeOffset? Until)
{
    internal static ReplayFilterView Of(ReplayFilter filter) => new(filter.Recipient?.ToString(), filter.Problem, filter.Type?.Value, filter.Since, filter.Until);
}
