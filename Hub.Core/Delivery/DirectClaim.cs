using System.Security.Cryptography;

namespace Hub.Core.Delivery;

/// <summary>Tokens of claims that the dispatcher holds from the beginning: 128 random bits. They never leave the hub, so that no
/// store need find a delivery by one.</summary>
internal static class DirectClaim
{
    private const int RandomDigits = 32;

    internal static string NewToken() => RandomNumberGenerator.GetHexString(RandomDigits, lowercase: true);
}
