namespace Hub.Core.Delivery;

/// <summary>Whose failure a failed attempt is.</summary>
public enum FailureFault
{
    /// <summary>This message's, or nobody can say: the system answers.</summary>
    Message,

    /// <summary>The system's or this message's: it answered that it failed (5xx).</summary>
    Unclear,

    /// <summary>The system's: it is not there, does not answer in time, or says that it is away or busy (408, 429, 502, 503, 504).</summary>
    System,
}
