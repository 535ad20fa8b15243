using Hub.Contracts.Envelopes;

namespace Hub.Core.Services;

/// <summary>A compiled schema. Thread-safe.</summary>
internal interface IPayloadSchema
{
    /// <summary>The form of payload that it describes.</summary>
    PayloadForm Form { get; }

    /// <summary>The first <see cref="ServiceDialects.MaxFaults"/> places that break it; none: the payload fulfils it.</summary>
    IReadOnlyList<SchemaFault> Validate(ReadOnlyMemory<byte> payload);
}
