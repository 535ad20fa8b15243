namespace Hub.Core.Registry.Changes;

/// <summary>When something holds: from inclusive, until exclusive, null for open ends.</summary>
/// <param name="From">From.</param>
/// <param name="Until">Until.</param>
internal readonly record struct Validity(DateTimeOffset? From, DateTimeOffset? Until)
{
    /// <summary>The validity of a key, which its revocation ends.</summary>
    internal static Validity Of(SystemKey key) => new(key.NotBefore, key.Revoked is { } revoked && !(key.NotAfter <= revoked) ? revoked : key.NotAfter);

    internal bool Holds(DateTimeOffset at) => !(at < From) && !(at >= Until);

    /// <summary>Whether it holds at some instant at which the other does not.</summary>
    internal bool ExceedsAny(Validity other) =>
        !(From >= Until)
        && ((other.From is { } begin && !(From >= begin)) || (other.Until is { } end && !(Until <= end)));
}
