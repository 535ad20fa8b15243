namespace Hub.Adapters.Trust;

/// <summary>Why an answer about a certificate does not count, for people.</summary>
internal sealed class RevocationFaultException(string message, Exception? inner = null) : Exception(message, inner);
