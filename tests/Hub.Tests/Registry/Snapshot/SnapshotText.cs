using System.Text.Json;
using System.Text.Json.Serialization;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;
using Hub.Core.Registry;

namespace Hub.Tests.Registry;

/// <summary>A content as text that shows every difference, whatever the order of its lists.</summary>
internal static class SnapshotText
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new Texts<VerificationKey>(k => k.Id), new Texts<RecipientAddress>(a => a.Value) } };

    internal static string Of(RegistryContent content) => string.Join('\n', new IEnumerable<object>[]
    {
        [content.Policy], content.Levels, content.Agencies, content.Codes, content.Reorganisations, content.Anchors, content.Services,
        content.Groups, content.People, content.Systems.Select(s => s with { Keys = [.. s.Keys.OrderBy(k => k.Key.Id)] }), content.Rights,
    }.SelectMany(section => section.Select(item => item.GetType().Name + JsonSerializer.Serialize(item, Options)).Order(StringComparer.Ordinal)));

    private sealed class Texts<T>(Func<T, string> text) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(text(value));
    }
}
