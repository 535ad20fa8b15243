using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Hub.Core.Registry;

namespace Hub.Core.Services;

/// <summary>Compiled schemas, each compiled once however many registries and services hold it, and kept as long as one does.
/// Thread-safe.</summary>
internal static class CompiledSchemas
{
    private const int Sweep = 1_024;
    private static readonly ConditionalWeakTable<ServiceSchema, IPayloadSchema> OfSchema = [];
    private static readonly Dictionary<string, WeakReference<IPayloadSchema>> OfDigest = [];
    private static readonly Lock Gate = new();

    /// <summary>The compiled form of a schema that a registry holds.</summary>
    /// <exception cref="InvalidOperationException">It has mistakes: it was never registered.</exception>
    internal static IPayloadSchema Get(ServiceSchema schema) =>
        OfSchema.TryGetValue(schema, out var compiled) ? compiled : Add(schema);

    private static IPayloadSchema Add(ServiceSchema schema)
    {
        var digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{schema.Format}\n{schema.Dialect}\n{schema.Text}")));
        lock (Gate)
        {
            if (!OfDigest.TryGetValue(digest, out var kept) || !kept.TryGetTarget(out var compiled))
            {
                var (made, mistakes) = ServiceSchemas.Compile(schema);
                compiled = made ?? throw new InvalidOperationException($"The schema of a service has mistakes, though it was registered: {mistakes[0]}");
                if (OfDigest.Count >= Sweep) Forget();
                OfDigest[digest] = new WeakReference<IPayloadSchema>(compiled);
            }

            OfSchema.AddOrUpdate(schema, compiled);
            return compiled;
        }
    }

    private static void Forget()
    {
        foreach (var gone in OfDigest.Where(static kept => !kept.Value.TryGetTarget(out _)).Select(static kept => kept.Key).ToList()) OfDigest.Remove(gone);
    }
}
