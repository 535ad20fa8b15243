namespace Hub.Host.CommandLine;

/// <summary>Exit codes of every command; listed in <c>hub --help</c>.</summary>
internal static class ExitCode
{
    internal const int Ok = 0;

    /// <summary>A negative verdict, or the hub refused.</summary>
    internal const int Refused = 1;

    internal const int Usage = 2;

    /// <summary>The hub cannot be reached or cannot serve now.</summary>
    internal const int Unavailable = 3;
}
