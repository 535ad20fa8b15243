namespace Hub.Core.Pressure;

/// <summary>When a backlog closes the way in, and when it opens it again: well below, so that it does not flutter. Pure.</summary>
public static class BacklogWatermark
{
    /// <summary>Share of the bound at which it opens again (0.9).</summary>
    public const double OpensAt = 0.9;

    /// <summary>Whether it is closed from now on.</summary>
    /// <param name="wasClosed">Whether it was.</param>
    /// <param name="count">Unfinished deliveries.</param>
    /// <param name="most">The bound, 1 or more.</param>
    public static bool IsClosed(bool wasClosed, long count, long most) => count >= most || (wasClosed && count > most * OpensAt);
}
