using System.Security.Cryptography;

namespace Hub.Core.Registry.Changes;

/// <summary>Names of proposals: 48 bits of milliseconds and 80 random bits in Crockford's base 32, so that they sort by time and
/// nobody guesses one.</summary>
internal static class ProposalId
{
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    internal static string New(DateTimeOffset at)
    {
        Span<byte> random = stackalloc byte[10];
        RandomNumberGenerator.Fill(random);
        var value = (UInt128)(ulong)at.ToUnixTimeMilliseconds();
        foreach (var b in random) value = (value << 8) | b;
        return string.Create(26, value, static (text, bits) =>
        {
            for (var i = text.Length - 1; i >= 0; i--, bits >>= 5) text[i] = Digits[(int)(uint)(bits & 31)];
        });
    }
}
