using Hub.Contracts.Addresses;
using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry.Bulk;

/// <summary>Turns rows into changes of the registry, in the order of the file.</summary>
internal sealed class BulkBuilder(Mistakes mistakes, Func<string, string>? readFile)
{
    private static readonly char[] Between = ['|', ' ', '\t', '\r', '\n', ',', ';'];
    private static readonly BulkColumn[] OfTheSystem = [BulkColumn.Name, BulkColumn.Channel, BulkColumn.Url, BulkColumn.Receives];
    private readonly Dictionary<SystemAddress, List<ObjectChange>> _systems = [];
    private readonly List<SystemAddress> _order = [];
    private readonly Dictionary<(string Section, string Id), long> _lines = [];
    private readonly Places _places = new(kept: false);
    private int _rows;
    private int _keys;
    private int _rights;

    internal bool IsEmpty => _order.Count == 0;

    internal void Add(BulkRow row)
    {
        _rows++;
        if (ReadAddress(row) is not { } address) return;
        if (_systems.ContainsKey(address)) RequireMore(row, address);
        else AddSystem(row, address);
        AddKey(row, address);
        AddRights(row, address);
    }

    internal BulkPlan Build(string? reason) => new(
        [.. _order.Chunk(BulkPlan.MaxSystems).Select(batch => new RegistryPatch([.. batch.SelectMany(a => _systems[a])], reason))],
        new BulkSummary(_rows, _order.DistinctBy(a => a.Agency).Count(), _order.Count, _keys, _rights),
        _lines);

    private SystemAddress? ReadAddress(BulkRow row)
    {
        var (agency, system) = (row[BulkColumn.Agency], row[BulkColumn.System]);
        if (agency is null) Wrong(row, BulkColumn.Agency, "is missing.");
        if (system is null) Wrong(row, BulkColumn.System, "is missing.");
        if (agency is null || system is null) return null;
        if (!AgencyCode.TryParse(agency, out _)) Wrong(row, BulkColumn.Agency, $"is '{agency}', which is not {AgencyForm.CodeRule}{LookAlikes.Remark(agency)}");
        else if (!SystemAddress.TryParse($"{agency}/{system}", out var address)) Wrong(row, BulkColumn.System, $"is '{system}'; write 1 to 32 of a-z, 0-9 and hyphen, e.g. qlvb.{LookAlikes.Remark(system)}");
        else return address;
        return null;
    }

    private void AddSystem(BulkRow row, SystemAddress address)
    {
        _order.Add(address);
        _systems[address] = [];
        var members = new Dictionary<string, YamlNode> { ["address"] = Text(row, address.ToString()) };
        if (row[BulkColumn.Name] is { } name) members["name"] = Text(row, name);
        if (row[BulkColumn.Receives] is { } receives) members["receives"] = Texts(row, receives.Split(Between, StringSplitOptions.RemoveEmptyEntries));
        if (ReadChannel(row) is { } channel) members["channel"] = channel;
        if (ObjectForms.Systems.ReadRecord(Reader(row, address, members), _places) is { } system)
            Put(row, address, RegistrySections.Systems, address.ToString(), ObjectForms.Systems.Members(system));
    }

    private YamlMapping? ReadChannel(BulkRow row)
    {
        var (channel, url) = (row[BulkColumn.Channel], row[BulkColumn.Url]);
        if (channel is null && url is null) return null;
        if (channel is not null and not ("mailbox" or "push")) Wrong(row, BulkColumn.Channel, $"is '{channel}'; write mailbox or push.");
        var members = new Dictionary<string, YamlNode> { ["kind"] = Text(row, channel ?? "push") };
        if (url is not null) members["url"] = Text(row, url);
        return new YamlMapping(row.Line, members);
    }

    private void RequireMore(BulkRow row, SystemAddress address)
    {
        foreach (var column in OfTheSystem.Where(c => row[c] is not null))
            Wrong(row, column, $"was said on line {_lines.GetValueOrDefault((RegistrySections.Systems, address.ToString()))} already; another row of {address} adds a key or services, nothing else.");
        if (row[BulkColumn.KeyId] is null && row[BulkColumn.Services] is null) mistakes.Add(row.Line, "row", $"{address} stands twice.");
    }

    private void AddKey(BulkRow row, SystemAddress address)
    {
        var (pem, file) = (row[BulkColumn.Key], row[BulkColumn.KeyFile]);
        if (row[BulkColumn.KeyId] is not { } id)
        {
            foreach (var column in new[] { BulkColumn.Key, BulkColumn.KeyFile, BulkColumn.KeyUse, BulkColumn.Proof }.Where(c => row[c] is not null))
                Wrong(row, column, "belongs to a key; write keyId too.");
            return;
        }

        if (pem is not null && file is not null) Wrong(row, BulkColumn.KeyFile, "stands beside the key itself; write one of the two.");
        if (pem is null && file is not null && (pem = ReadKeyFile(row, file)) is null) return;
        var members = new Dictionary<string, YamlNode> { ["system"] = Text(row, address.ToString()), ["id"] = Text(row, id) };
        if (row[BulkColumn.KeyUse] is { } use) members["use"] = Text(row, use);
        if (pem is not null) members["pem"] = Text(row, pem);
        if (row[BulkColumn.Proof] is { } proof) members["proof"] = Text(row, proof);
        if (ObjectForms.Keys.ReadRecord(Reader(row, address, members), _places) is { } key
            && Put(row, address, RegistrySections.Keys, ObjectForms.Keys.Id(key), ObjectForms.Keys.Members(key))) _keys++;
    }

    private string? ReadKeyFile(BulkRow row, string file)
    {
        try
        {
            if (readFile is not null) return readFile(file);
            Wrong(row, BulkColumn.KeyFile, "is read by the command line on your own machine; here write the key itself.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or FormatException)
        {
            Wrong(row, BulkColumn.KeyFile, $"'{file}' cannot be read: {unreadable.Message}");
        }

        return null;
    }

    /// <summary>Services wanted: <c>type &gt; recipient</c> to send, <c>type &lt; sender</c> to get, joined by <c>|</c>.</summary>
    private void AddRights(BulkRow row, SystemAddress address)
    {
        foreach (var wanted in (row[BulkColumn.Services] ?? "").Split(['|', '\n', '\r'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var at = wanted.IndexOfAny(['>', '<']);
            var (type, other) = at < 0 ? (wanted, "") : (wanted[..at].Trim(), wanted[(at + 1)..].Trim());
            if (!MessageType.TryParse(type, out _) || !RightPattern.TryParse(other, out _))
            {
                Wrong(row, BulkColumn.Services, $"'{wanted}' is not read. Write 'vn.document.v1 > H29.12' to send it there, 'vn.document.v1 < under:H29' to get it from there; several joined by '|'.{LookAlikes.Remark(wanted)}");
                continue;
            }

            var right = wanted[at] == '>' ? new Right(address.ToString(), [type], other) : new Right(other, [type], address.ToString());
            if (Put(row, address, RegistrySections.Rights, ObjectForms.Rights.Id(right), ObjectForms.Rights.Members(right))) _rights++;
        }
    }

    private bool Put(BulkRow row, SystemAddress address, string section, string id, System.Text.Json.Nodes.JsonObject value)
    {
        if (_lines.TryAdd((section, id), row.Line))
        {
            _systems[address].Add(new ObjectChange(section, id, value));
            return true;
        }

        mistakes.Add(row.Line, address.ToString(), $"The {ObjectForms.Of(section).Noun} '{id}' stands on line {_lines[(section, id)]} already.");
        return false;
    }

    private ObjectReader Reader(BulkRow row, SystemAddress address, Dictionary<string, YamlNode> members) =>
        new(new YamlMapping(row.Line, members), address.ToString(), mistakes);

    private static YamlScalar Text(BulkRow row, string text) => new(row.Line, text, Quoted: true);

    private static YamlSequence Texts(BulkRow row, IEnumerable<string> texts) => new(row.Line, [.. texts.Select(t => Text(row, t))]);

    private void Wrong(BulkRow row, BulkColumn column, string detail) => mistakes.Add(row.Line, BulkColumns.NameOf(column), detail);
}
