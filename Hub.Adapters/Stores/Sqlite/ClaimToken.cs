using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>Claim tokens: the delivery's id and 128 random bits in hexadecimal. The id finds the row, so that tokens need no
/// index; the random part is what proves the claim.</summary>
internal static class ClaimToken
{
    private const int RandomBytes = 16;

    internal static string Create(long delivery)
    {
        Span<byte> random = stackalloc byte[RandomBytes];
        RandomNumberGenerator.Fill(random);
        return string.Create(CultureInfo.InvariantCulture, $"{delivery:x}-{Convert.ToHexStringLower(random)}");
    }

    internal static bool TryRead(string token, out long delivery)
    {
        delivery = 0;
        var dash = token.IndexOf('-', StringComparison.Ordinal);
        return token.Length <= 64 && dash > 0 && long.TryParse(token.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out delivery);
    }

    internal static bool AreSame(string token, string? stored) =>
        stored is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(stored));
}
