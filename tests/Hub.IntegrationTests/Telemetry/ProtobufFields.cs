using System.Text;

namespace Hub.IntegrationTests.Telemetry;

/// <summary>A message of protocol buffers, taken apart as far as these tests look.</summary>
internal sealed class ProtobufFields
{
    private readonly List<(int Number, ulong Value, ReadOnlyMemory<byte> Octets)> _fields = [];

    internal ProtobufFields(ReadOnlyMemory<byte> message)
    {
        var at = 0;
        while (at < message.Length)
        {
            var tag = Varint(message.Span, ref at);
            var (value, octets) = (0UL, ReadOnlyMemory<byte>.Empty);
            switch (tag & 7)
            {
                case 0:
                    value = Varint(message.Span, ref at);
                    break;
                case 1:
                    value = BitConverter.ToUInt64(message.Span[at..]);
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message.Span, ref at);
                    octets = message.Slice(at, length);
                    at += length;
                    break;
                case 5:
                    value = BitConverter.ToUInt32(message.Span[at..]);
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7}.");
            }

            _fields.Add(((int)(tag >> 3), value, octets));
        }
    }

    internal IEnumerable<ProtobufFields> Messages(int number) => _fields.Where(f => f.Number == number).Select(static f => new ProtobufFields(f.Octets));

    internal string Text(int number) => Encoding.UTF8.GetString(Octets(number));

    internal string Hex(int number) => Convert.ToHexStringLower(Octets(number));

    internal ulong Number(int number) => _fields.Where(f => f.Number == number).Select(static f => f.Value).FirstOrDefault();

    /// <summary>Attributes: key, and the value as text.</summary>
    internal Dictionary<string, string> Attributes(int number) => Messages(number).ToDictionary(
        static pair => pair.Text(1),
        static pair => pair.Messages(2).Select(static value => value.Text(1) is { Length: > 0 } text ? text : value.Number(3).ToString()).First(),
        StringComparer.Ordinal);

    private ReadOnlySpan<byte> Octets(int number) => _fields.Where(f => f.Number == number).Select(static f => f.Octets).FirstOrDefault().Span;

    private static ulong Varint(ReadOnlySpan<byte> octets, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var octet = octets[at++];
            value |= (ulong)(octet & 0x7F) << shift;
            if (octet < 0x80) return value;
        }
    }
}
