using Hub.Adapters.Stores.Files;
using Hub.Adapters.Stores.Sqlite;
using Hub.Core.Nodes;
using Hub.Core.Storage;

namespace Hub.Host.Composition.Stores;

/// <summary>Which classes stand behind the store's ports.</summary>
internal static class StoreServices
{
    internal static IServiceCollection AddStore(this IServiceCollection services, StoreChoice choice)
    {
        services.AddSingleton(choice);
        if (choice.Primary is { } primary) throw new FormatException($"This program does not know the store of the {primary} yet.");
        services.AddSingleton<IHubStore, SqliteHubStore>();
        services.AddSingleton<IUploadStore, FileUploadStore>();
        services.AddSingleton<INodeStore, SoleNode>();
        return services;
    }
}
