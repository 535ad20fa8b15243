using System.Globalization;
using Hub.Contracts.Addresses;
using Hub.Core.Registry;

namespace Hub.Core.Services;

/// <summary>What the contract of a service must fulfil to be registered. Pure.</summary>
internal static class ServiceContractRules
{
    /// <param name="service">The service to come.</param>
    /// <param name="before">The service of the same type in force, if there is one.</param>
    /// <param name="wrong">Takes each mistake: the member, and what is wrong.</param>
    internal static void Check(Service service, Service? before, Action<string, string> wrong)
    {
        if (service.Schema == before?.Schema) return;
        var mistakes = service.Schema is null ? [] : ServiceSchemas.Check(service.Schema);
        foreach (var mistake in mistakes) wrong("schema", mistake.ToString());
        if (before is null || mistakes.Count > 0) return;
        foreach (var broken in SchemaCompatibility.Check(before.Schema, service.Schema))
            wrong("schema", $"{broken} What was valid would be refused: register it as {Next(service.Type)}, and keep {service.Type} as it is.");
    }

    /// <summary>The type with its version one higher.</summary>
    internal static string Next(MessageType type)
    {
        var text = type.Value;
        var digits = text.Length - text.AsSpan().TrimEnd("0123456789").Length;
        return int.TryParse(text.AsSpan(text.Length - digits), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? string.Create(CultureInfo.InvariantCulture, $"{text[..^digits]}{version + 1}")
            : $"{text} with another version";
    }
}
