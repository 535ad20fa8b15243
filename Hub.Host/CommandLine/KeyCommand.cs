using System.CommandLine;

namespace Hub.Host.CommandLine;

/// <summary><c>hub key</c>: keys of systems and people.</summary>
internal static class KeyCommand
{
    internal static Command Create() => new("key", "Keys of systems and people (khóa của hệ thống và cán bộ).") { KeyExpiringCommand.Create() };
}
