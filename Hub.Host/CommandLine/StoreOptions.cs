using System.CommandLine;
using System.CommandLine.Parsing;
using Hub.Host.Composition.Stores;

namespace Hub.Host.CommandLine;

/// <summary>Options about the store, which every command has that may open it; recursive on the root.</summary>
internal static class StoreOptions
{
    private const int LongestWait = 3600;

    private static readonly Option<string?> Store = new("--store")
    {
        Description = "Where the hub keeps everything: sqlite, or postgres:CONNECTION or sqlserver:CONNECTION without password; remembered in the data folder (kho dữ liệu).",
        HelpName = "STORE",
        Recursive = true,
    };

    private static readonly Option<string?> File = new("--store-file")
    {
        Description = "File with the text of --store, password included, that only the hub's user may read (tệp chứa chuỗi kết nối).",
        HelpName = "FILE",
        Recursive = true,
    };

    private static readonly Option<string?> Replica = new("--store-replica")
    {
        Description = "Replica that searches are read from: postgres:Host=…, sqlserver:Server=…; the rest is as in --store (bản sao chỉ đọc).",
        HelpName = "STORE",
        Recursive = true,
    };

    private static readonly Option<string?> Node = new("--node")
    {
        Description = "This node's name among the nodes of the hub; without it the host's name (tên nút).",
        HelpName = "NAME",
        Recursive = true,
    };

    /// <summary>Of <c>hub serve</c> alone.</summary>
    internal static readonly Option<int> Wait = new("--store-wait")
    {
        Description = "Seconds that a start waits for a database that does not answer (chờ cơ sở dữ liệu).",
        DefaultValueFactory = static _ => 60,
        HelpName = "SECONDS",
    };

    internal static void AddTo(RootCommand root)
    {
        root.Options.Add(Store);
        root.Options.Add(File);
        root.Options.Add(Replica);
        root.Options.Add(Node);
    }

    internal static void CheckWait(OptionResult result)
    {
        if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is < 0 or > LongestWait) result.AddError($"--store-wait is a number of seconds from 0 to {LongestWait}.");
    }

    /// <summary>What the command line says about the store.</summary>
    internal static StoreRequest Read(ParseResult parsed) => new()
    {
        Store = parsed.GetValue(Store),
        File = parsed.GetValue(File),
        Replica = parsed.GetValue(Replica),
        Node = parsed.GetValue(Node),
    };
}
