namespace Hub.Adapters.Trust;

/// <summary>A source that could not be reached, or did not answer within bounds: the others of its round need not try it.</summary>
internal sealed class RevocationFetchException(string message, Exception? inner = null) : Exception(message, inner);
