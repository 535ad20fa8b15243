using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;

namespace Hub.Core.Registry.Documents;

/// <summary>A service.</summary>
internal sealed class ServiceForm() : SectionForm<Service>(RegistrySections.Services, "service")
{
    internal const string TypeRule = "a message type such as vn.document.v1.";

    /// <summary>Greatest schema in characters (512 Ki).</summary>
    internal const int MaxSchema = 512 * 1024;

    private static readonly TimeSpan UsualLimit = TimeSpan.FromSeconds(30);

    internal override string Id(Service record) => record.Type.Value;

    internal override IEnumerable<(string Member, string Text)> Naming(string id) => [("type", id)];

    internal override JsonObject Members(Service record) => new ObjectWriter()
        .Text("type", record.Type.Value)
        .Text("nameVi", record.NameVi)
        .Text("nameEn", record.NameEn, "")
        .Text("minimumAssurance", record.MinimumAssurance, Assurances.SenderSigned)
        .Number("maxBytes", record.MaxBytes)
        .Text("provider", record.Provider?.Value)
        .Text("description", record.Description)
        .Text("function", record.Function)
        .Text("order", Words.Orders.Unless(record.Order, default))
        .Text("onDead", Words.OnDeads.Unless(record.OnDead, default))
        .Text("confidentiality", Words.Confidentialities.Unless(record.Confidentiality, default))
        .Number("retentionDays", record.RetentionDays)
        .Objects("searchable", record.Searchable.Select(f => new ObjectWriter().Text("name", f.Name).Text("path", f.Path).Json))
        .Object("schema", record.Schema is { } schema
            ? new ObjectWriter().Text("format", schema.Format).Text("dialect", schema.Dialect).Text("text", schema.Text).Json
            : null)
        .Text("reply", record.Reply?.Value)
        .Duration("timeLimit", record.TimeLimit, UsualLimit)
        .Time("deprecated", record.Deprecated)
        .Time("sunset", record.Sunset)
        .Text("replacedBy", record.ReplacedBy?.Value).Json;

    internal override Service? ReadRecord(ObjectReader o, Places places)
    {
        var type = o.RequiredValue<MessageType>("type", MessageType.TryParse, TypeRule);
        var service = new Service(
            type ?? default,
            o.Required("nameVi"),
            o.Text("nameEn") ?? "",
            o.Text("minimumAssurance") ?? Assurances.SenderSigned,
            o.Number("maxBytes", 1, EnvelopeLimits.Default.MaxBytes))
        {
            Provider = o.Value<AgencyCode>("provider", AgencyCode.TryParse, AgencyForm.CodeRule),
            Description = o.Text("description", 2000, multiLine: true),
            Function = o.Text("function", 64),
            Order = o.Value<ServiceOrder>("order", Words.Orders.TryParse, Words.Orders.Rule) ?? default,
            OnDead = o.Value<OnDead>("onDead", Words.OnDeads.TryParse, Words.OnDeads.Rule) ?? default,
            Confidentiality = o.Value<Confidentiality>("confidentiality", Words.Confidentialities.TryParse, Words.Confidentialities.Rule) ?? default,
            RetentionDays = o.Number("retentionDays", 1, 36_500),
            Searchable = [.. o.Objects("searchable").Select(f => ReadField(f, places)).OfType<SearchField>()],
            Schema = ReadSchema(o.Object("schema"), places),
            Reply = o.Value<MessageType>("reply", MessageType.TryParse, TypeRule),
            TimeLimit = o.Duration("timeLimit", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)) ?? UsualLimit,
            Deprecated = o.Time("deprecated"),
            Sunset = o.Time("sunset"),
            ReplacedBy = o.Value<MessageType>("replacedBy", MessageType.TryParse, TypeRule),
        };
        o.Close();
        return type is null ? null : places.Mark(service, o.Place);
    }

    private static SearchField? ReadField(ObjectReader o, Places places)
    {
        var field = new SearchField(o.Required("name", 64), o.Required("path"));
        o.Close();
        return field.Name.Length == 0 || field.Path.Length == 0 ? null : places.Mark(field, o.Place);
    }

    private static ServiceSchema? ReadSchema(ObjectReader? o, Places places)
    {
        if (o is null) return null;
        var format = o.Required("format", 16);
        var dialect = o.Required("dialect", 200);
        var text = o.Text("text", MaxSchema, multiLine: true);
        if (o.Text("file", 1000) is not null) o.Refuse("file", "is resolved by 'hub import' on the operator's machine; the hub itself takes 'text' only.");
        else if (text is null) o.Refuse("text", "is missing.");
        o.Close();
        return text is null ? null : places.Mark(new ServiceSchema(format, dialect, text), o.Place);
    }
}
