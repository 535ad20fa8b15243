using System.Formats.Asn1;
using System.Numerics;

namespace Hub.Contracts.Trail;

/// <summary>P-256 signatures between r‖s (IEEE P1363, as JOSE has them) and DER (as signed notes have them).</summary>
internal static class EcdsaDer
{
    private const int FieldLength = 32;

    internal static byte[] FromP1363(ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 2 * FieldLength) throw new ArgumentException($"A P-256 signature has 64 bytes; this one has {signature.Length}.", nameof(signature));
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(new BigInteger(signature[..FieldLength], isUnsigned: true, isBigEndian: true));
            writer.WriteInteger(new BigInteger(signature[FieldLength..], isUnsigned: true, isBigEndian: true));
        }

        return writer.Encode();
    }

    /// <summary>Strict DER of two positive integers that fit the field; null otherwise.</summary>
    internal static byte[]? ToP1363(ReadOnlySpan<byte> der)
    {
        try
        {
            var reader = new AsnReader(der.ToArray(), AsnEncodingRules.DER);
            var sequence = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var signature = new byte[2 * FieldLength];
            var fits = TryRead(sequence, signature.AsSpan(0, FieldLength)) && TryRead(sequence, signature.AsSpan(FieldLength));
            sequence.ThrowIfNotEmpty();
            return fits ? signature : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static bool TryRead(AsnReader sequence, Span<byte> field)
    {
        var value = sequence.ReadInteger();
        if (value.Sign <= 0 || value.GetByteCount(isUnsigned: true) > FieldLength) return false;
        return value.TryWriteBytes(field[^value.GetByteCount(isUnsigned: true)..], out _, isUnsigned: true, isBigEndian: true);
    }
}
