using System.Diagnostics.Metrics;

namespace Hub.Core.Storage;

/// <summary>What the committer measures.</summary>
internal static class CommitMetrics
{
    private static readonly Meter Meter = new("Hub.Core");

    /// <summary>Units in one durable commit.</summary>
    internal static readonly Histogram<int> GroupSize = Meter.CreateHistogram<int>("hub.commit.group_size", "{unit}", "Units of work in one grouped commit");

    /// <summary>Groups that were run again because another node had changed what they rest on.</summary>
    internal static readonly Counter<long> Conflicts = Meter.CreateCounter<long>("hub.commit.conflicts", "{group}", "Groups run again after another node's commit");

    /// <summary>From the first unit's start to durability.</summary>
    internal static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("hub.commit.duration", "s", "Duration of one grouped commit");

    /// <summary>What a receipt waits for the log: from asking for the sequencer's seat until the commit that integrated the entries is durable.</summary>
    internal static readonly Histogram<double> Integration = Meter.CreateHistogram<double>("hub.log.integration", "s", "From asking for the log's seat to the durable commit");
}
