using System.Globalization;

namespace Hub.Adapters.Trust;

/// <summary>Whether an answer holds at an instant. Pure.</summary>
internal static class Freshness
{
    /// <summary>How far the clocks of issuers may be ahead.</summary>
    internal static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <exception cref="RevocationFaultException">Not yet, or no longer.</exception>
    internal static void Require(string what, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, DateTimeOffset now)
    {
        if (thisUpdate > now + Skew) throw new RevocationFaultException($"{what} is from {Text(thisUpdate)}, which is in the future: it is {Text(now)}.");
        if (nextUpdate <= now) throw new RevocationFaultException($"{what} held until {Text(nextUpdate)}: it is {Text(now)}.");
        if (nextUpdate <= thisUpdate) throw new RevocationFaultException($"{what} ends before it begins.");
    }

    private static string Text(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
