using System.CommandLine;
using Hub.Adapters.Stores;
using Hub.Host.Composition.Stores;

namespace Hub.Host.CommandLine.Stores;

/// <summary><c>hub store</c>: looking after the store that nodes share.</summary>
internal static class StoreCommand
{
    internal static Command Create() => new("store", "The store behind the hub: check, migrate, copy (kho dữ liệu).")
    {
        StoreCheckCommand.Create(),
        StoreMigrateCommand.Create(),
        StoreCopyCommand.Create(),
    };

    /// <summary>The database that options or the data folder name.</summary>
    /// <exception cref="FormatException">They name none, or not rightly.</exception>
    internal static StoreChoice Chosen(ParseResult parsed)
    {
        var choice = StoreChoice.Choose(Path.GetFullPath(parsed.GetValue(SharedOptions.Data)!), StoreOptions.Read(parsed));
        return choice.IsShared ? choice : throw new FormatException("No database is named: give --store-file FILE, --store postgres:… or --store sqlserver:…, or --data with the folder of a hub that has one. The embedded store needs no care: it looks after itself at every start.");
    }

    /// <summary>Says what a database refuses, or that it does not answer.</summary>
    internal static Exception Explain(Exception failed, StoreTarget target) => target.RefusalOf(failed) is { } refusal
        ? new UnauthorizedAccessException(refusal, failed)
        : new IOException($"The {target} does not answer, or failed: {failed.Message}", failed);
}
