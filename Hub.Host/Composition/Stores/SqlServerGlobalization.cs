using System.Globalization;
using System.Runtime.InteropServices;
using Hub.Adapters.SqlServer;

namespace Hub.Host.Composition.Stores;

/// <summary>The program runs without ICU, so that it starts on every machine and treats text alike on all of them. Microsoft's client
/// of SQL Server refuses to connect without: a process for such a store takes ICU, if the machine has it, before anything asks for a
/// culture. Without ICU the store says what is missing.</summary>
internal static class SqlServerGlobalization
{
    private const string Switch = "System.Globalization.Invariant";
    private const int OldestIcu = 50, NewestIcu = 120;
    private static readonly string Prefix = SqlServerTarget.Product + ":";

    /// <summary>To be called before anything else of the process. Numbers and times are written as without ICU all the same.</summary>
    /// <param name="args">The command line.</param>
    internal static void Choose(string[] args)
    {
        if (!IsAskedFor(args) || !IsThere()) return;
        AppContext.SetSwitch(Switch, false);
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
    }

    /// <summary>Whether the command line, a file that it names, or the data folder that it names chooses SQL Server. What cannot be read is
    /// told later, by those who need it.</summary>
    internal static bool IsAskedFor(IReadOnlyList<string> args)
    {
        var data = "./hub-data";
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = args[i].IndexOf('=', StringComparison.Ordinal) is > 2 and var at && args[i].StartsWith("--", StringComparison.Ordinal)
                ? (args[i][..at], args[i][(at + 1)..])
                : (args[i], i + 1 < args.Count ? args[i + 1] : "");
            if (name is "--store" or "--to" && value.StartsWith(Prefix, StringComparison.Ordinal)) return true;
            if (name is "--store-file" or "--to-file" && Holds(value, Prefix)) return true;
            if (name == "--data") data = value;
        }

        return Holds(Path.Combine(data, StoreMemory.Name), $"\"kind\": \"{SqlServerTarget.Product}\"");
    }

    private static bool Holds(string file, string text)
    {
        try
        {
            return File.Exists(file) && File.ReadAllText(file).Contains(text, StringComparison.Ordinal);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Without it the runtime would end the process; Windows and macOS bring their own.
    private static bool IsThere() =>
        !OperatingSystem.IsLinux() || Enumerable.Range(OldestIcu, NewestIcu - OldestIcu).Any(static version => NativeLibrary.TryLoad($"libicuuc.so.{version}", out _));
}
