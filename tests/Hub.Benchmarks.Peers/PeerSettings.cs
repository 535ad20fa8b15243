using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hub.Benchmarks.Peers;

/// <summary>What the peer is told, as JSON in a file: the names are the contract with the benchmark that writes it.</summary>
/// <param name="Url">Where to listen.</param>
/// <param name="RabbitPort">RabbitMQ's port on loopback.</param>
/// <param name="Sender">The one system that may send.</param>
/// <param name="KeyId">Its key's id.</param>
/// <param name="KeyPem">Its public key (P-256), SubjectPublicKeyInfo in PEM.</param>
/// <param name="Routes">Where to push, by recipient.</param>
/// <param name="InFlight">Pushes at once.</param>
/// <param name="Tuned">Which peer: <see cref="TunedPeer"/>, otherwise <see cref="PlainPeer"/>.</param>
internal sealed record PeerSettings(string Url, int RabbitPort, string Sender, string KeyId, string KeyPem, IReadOnlyDictionary<string, string> Routes, int InFlight, bool Tuned)
{
    internal static PeerSettings Load(string path) => JsonSerializer.Deserialize(File.ReadAllText(path), PeerJson.Default.PeerSettings)!;
}

/// <summary>JSON without reflection, as a team that measures would have it.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PeerSettings))]
[JsonSerializable(typeof(JoseHeader))]
[JsonSerializable(typeof(DocumentHeader))]
[JsonSerializable(typeof(PushDocument))]
internal sealed partial class PeerJson : JsonSerializerContext;
