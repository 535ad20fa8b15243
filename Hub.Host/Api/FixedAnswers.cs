using System.Collections.Concurrent;
using System.Security.Cryptography;
using Hub.Host.Composition;
using Microsoft.Net.Http.Headers;

namespace Hub.Host.Api;

/// <summary>Answers that are the same for everybody as long as the program runs: made once, served from memory, with an
/// ETag, so that asking costs the hub next to nothing. Names come from the program, never from a request.</summary>
internal sealed class FixedAnswers(HubOrigins origins)
{
    private readonly ConcurrentDictionary<(string Name, Uri Origin), Lazy<Task<Made>>> _made = new();

    /// <summary>The answer of a name, made by the first who asks; again when the hub's own address, which it holds, changes.</summary>
    internal async Task<IResult> GetAsync(HttpContext context, string name, string mediaType, Func<Task<byte[]>> make)
    {
        var key = (name, origins.Public);
        try
        {
            var made = await _made.GetOrAdd(key, _ => new Lazy<Task<Made>>(() => MakeAsync(make))).Value;
            // To be kept, and asked about each time: a new version of the hub is seen at once.
            context.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(made.Octets, mediaType, entityTag: made.Tag);
        }
        catch
        {
            _made.TryRemove(key, out _);
            throw;
        }
    }

    private static async Task<Made> MakeAsync(Func<Task<byte[]>> make)
    {
        var octets = await make();
        return new Made(octets, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(octets).AsSpan(0, 16))}\""));
    }

    private sealed record Made(byte[] Octets, EntityTagHeaderValue Tag);
}
