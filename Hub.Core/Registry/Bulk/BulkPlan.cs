namespace Hub.Core.Registry.Bulk;

/// <summary>What a bulk file asks for, ready to be applied batch by batch. Applying a batch again changes nothing more, so that an
/// interrupted run is simply started again.</summary>
/// <param name="Patches">The batches, in the order of the file; each stands for itself.</param>
/// <param name="Summary">How much it is.</param>
public sealed record BulkPlan(IReadOnlyList<RegistryPatch> Patches, BulkSummary Summary)
{
    /// <summary>Most systems of one batch (500).</summary>
    public const int MaxSystems = 500;

    private readonly Dictionary<(string Section, string Id), long> _lines = [];

    internal BulkPlan(IReadOnlyList<RegistryPatch> patches, BulkSummary summary, Dictionary<(string Section, string Id), long> lines)
        : this(patches, summary) => _lines = lines;

    /// <summary>The line of the file that asks for an object, so that a refusal by the hub can be told by line; null when none does.</summary>
    public long? LineOf(string section, string id) => _lines.TryGetValue((section, id), out var line) ? line : null;
}

/// <summary>How much a bulk file asks for.</summary>
/// <param name="Rows">Rows of the file, without the header.</param>
/// <param name="Agencies">Agencies with systems in it.</param>
/// <param name="Systems">Systems.</param>
/// <param name="Keys">Keys.</param>
/// <param name="Rights">Rights, from the column of services.</param>
public sealed record BulkSummary(int Rows, int Agencies, int Systems, int Keys, int Rights);

/// <summary>The forms of a bulk file.</summary>
public enum BulkFormat
{
    /// <summary>CSV with a header, see <see cref="BulkTemplate"/>.</summary>
    Csv,

    /// <summary>YAML: <c>systems</c>, a list of rows with the English names of the columns as members.</summary>
    Yaml,
}
