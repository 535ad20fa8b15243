using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core.Registry;

namespace Hub.Core.Services;

/// <summary>Whether content is what its service demands. A service without schema takes anything.</summary>
internal static class PayloadContract
{
    /// <exception cref="ProblemException">One <c>schema-violation</c> listing up to <see cref="ServiceDialects.MaxFaults"/> places.</exception>
    internal static void Check(Service service, Envelope envelope)
    {
        if (service.Schema is not { } schema) return;
        var compiled = CompiledSchemas.Get(schema);
        if (envelope.Payload is not { } payload) throw Refused(service, "has no payload; the service has a schema");
        if (payload.Encryption != PayloadEncryption.None) throw Refused(service, "has a sealed payload, which the hub cannot validate; the service has a schema and is not end-to-end confidential. Send it plain");
        if (payload.Form != compiled.Form) throw Refused(service, $"has a payload of form {Name(payload.Form)}; the schema describes {Name(compiled.Form)}");
        var faults = compiled.Validate(payload.Data);
        if (faults.Count == 0) return;
        throw new ProblemException(new Problem(
            ProblemCode.SchemaViolation,
            $"The payload breaks the schema of {service.Type} in {faults.Count}{(faults.Count == ServiceDialects.MaxFaults ? " or more" : "")} place(s). First: {Shown(faults[0])}. The schema: /api/v1/services/{service.Type}/schema.")
        {
            Items = [.. faults.Select(fault => new ProblemItem(fault.Place.Length == 0 ? "(whole payload)" : fault.Place, ProblemCode.SchemaViolation, fault.Rule))],
        });
    }

    private static string Shown(SchemaFault fault) => fault.Place.Length == 0 ? fault.Rule : $"{fault.Place}: {fault.Rule}";

    private static string Name(PayloadForm form) => form switch
    {
        PayloadForm.Xml => "xml",
        PayloadForm.Json => "json",
        _ => "bytes",
    };

    private static ProblemException Refused(Service service, string what) => ProblemCode.SchemaViolation.With($"The message {what} (service {service.Type}).");
}
