using System.Text.Json.Nodes;

namespace Hub.Core.Registry.Documents;

/// <summary>A level.</summary>
internal sealed class LevelForm() : SectionForm<Level>(RegistrySections.Levels, "level")
{
    internal override string Id(Level record) => record.Code;

    internal override IEnumerable<(string Member, string Text)> Naming(string id) => [("code", id)];

    internal override JsonObject Members(Level record) => new ObjectWriter()
        .Text("code", record.Code)
        .Text("nameVi", record.NameVi)
        .Text("nameEn", record.NameEn, "")
        .Number("order", record.Order, 1).Json;

    internal override Level? ReadRecord(ObjectReader o, Places places)
    {
        var code = o.Required("code", 32);
        var level = new Level(code, o.Required("nameVi"), o.Text("nameEn") ?? "", o.Number("order", 1, 1000) ?? 1);
        o.Close();
        return code.Length == 0 ? null : places.Mark(level, o.Place);
    }
}
