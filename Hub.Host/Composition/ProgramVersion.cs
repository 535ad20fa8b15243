using System.Reflection;

namespace Hub.Host.Composition;

/// <summary>The version of this program.</summary>
internal static class ProgramVersion
{
    /// <summary>As the release names it, without the commit it was built from.</summary>
    internal static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
