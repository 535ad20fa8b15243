using System.CommandLine;

namespace Hub.Host.CommandLine;

/// <summary>Options that every command has; they stand on the root and are recursive.</summary>
internal static class SharedOptions
{
    internal static readonly Option<string> Data = new("--data")
    {
        Description = "Data folder of the hub (thư mục dữ liệu).",
        DefaultValueFactory = static _ => "./hub-data",
        HelpName = "DIR",
        Recursive = true,
    };

    internal static readonly Option<bool> Json = new("--json")
    {
        Description = "Write JSON to stdout, for programs (xuất JSON).",
        Recursive = true,
    };
}
