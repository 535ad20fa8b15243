using System.Text;
using Hub.Core.Registry;
using Hub.Core.Services.Json;
using Hub.Core.Services.Xsd;

namespace Hub.Core.Services;

/// <summary>Schemas of services: what is wrong with one, and its compiled form.</summary>
public static class ServiceSchemas
{
    /// <summary>Everything that keeps a schema from being registered: not the dialect, too large, something that the validator
    /// would ignore. None: the hub asserts every rule it states.</summary>
    public static IReadOnlyList<SchemaMistake> Check(ServiceSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return Compile(schema).Mistakes;
    }

    /// <summary>Compiles a schema; null when there are mistakes.</summary>
    internal static (IPayloadSchema? Schema, IReadOnlyList<SchemaMistake> Mistakes) Compile(ServiceSchema schema)
    {
        var size = Encoding.UTF8.GetByteCount(schema.Text);
        if (size > ServiceDialects.MaxBytes)
            return (null, [new SchemaMistake("", $"The schema has {size} bytes; at most {ServiceDialects.MaxBytes} are allowed.")]);
        switch (schema.Format)
        {
            case ServiceDialects.JsonSchema when schema.Dialect == ServiceDialects.Json202012:
                var (root, mistakes) = SchemaReader.Read(schema.Text);
                return (root is null ? null : new JsonPayloadSchema(root), mistakes);
            case ServiceDialects.Xsd when schema.Dialect == ServiceDialects.Xsd10:
                return XsdReader.Read(schema.Text);
            case ServiceDialects.JsonSchema or ServiceDialects.Xsd:
                var only = schema.Format == ServiceDialects.Xsd ? ServiceDialects.Xsd10 : ServiceDialects.Json202012;
                return (null, [new SchemaMistake("", $"The dialect is '{Shown(schema.Dialect)}'; for the format {schema.Format} the hub reads '{only}' alone.")]);
            default:
                return (null, [new SchemaMistake("", $"The format is '{Shown(schema.Format)}'; write {ServiceDialects.Xsd} or {ServiceDialects.JsonSchema}.")]);
        }
    }

    private static string Shown(string text) => Hub.Contracts.Messages.PlainText.Fit(text, 100);
}
