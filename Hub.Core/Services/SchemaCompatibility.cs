using Hub.Core.Registry;
using Hub.Core.Services.Json;
using Hub.Core.Services.Xsd;

namespace Hub.Core.Services;

/// <summary>Whether a schema may replace another under the same type: everything valid under the old one must stay valid.
/// Judged on the schemas alone and on the safe side: what is not proved to be compatible is not. Pure.</summary>
public static class SchemaCompatibility
{
    /// <summary>What breaks; empty when the new schema takes everything that the old one takes.</summary>
    /// <param name="old">The schema in force; null: anything was valid.</param>
    /// <param name="new">The schema to come; null: anything will be valid.</param>
    public static IReadOnlyList<SchemaMistake> Check(ServiceSchema? old, ServiceSchema? @new)
    {
        if (@new is null || old == @new) return [];
        if (old is null) return [new SchemaMistake("", "The service had no schema, so anything was valid; a schema refuses some of it.")];
        if (old.Format != @new.Format) return [new SchemaMistake("", $"The format changes from {old.Format} to {@new.Format}.")];
        if (@new.Format == ServiceDialects.Xsd) return XsdCompatibility.Check(old.Text, @new.Text);
        return ServiceSchemas.Compile(old).Schema is JsonPayloadSchema before && ServiceSchemas.Compile(@new).Schema is JsonPayloadSchema after
            ? JsonCompatibility.Check(before.Root, after.Root)
            : [new SchemaMistake("", "One of the schemas has mistakes, so they cannot be compared.")];
    }
}
