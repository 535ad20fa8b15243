using Hub.Adapters.Stores.Files;
using Hub.Adapters.Stores.PostgreSql;
using Hub.Adapters.Stores.Sqlite;
using Hub.Core;
using Hub.Core.Nodes;
using Hub.Core.Pressure;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Host.Composition.Stores;

/// <summary>Which classes stand behind the store's ports.</summary>
internal static class StoreServices
{
    internal static IServiceCollection AddStore(this IServiceCollection services, StoreChoice choice)
    {
        services.AddSingleton(choice);
        if (choice.Primary is { } primary)
        {
            services.AddSingleton(new PostgreSqlSettings { ConnectionString = primary.ConnectionString, Replica = choice.Replica?.ConnectionString });
            services.AddSingleton<IHubStore, PostgreSqlHubStore>();
            services.AddSingleton<IUploadStore, PostgreSqlUploadStore>();
            services.AddSingleton<IOnceStore, PostgreSqlOnceStore>();
            services.AddSingleton(static p => p.GetRequiredService<IHubStore>() as INodeStore ?? throw new NotSupportedException("The store knows no nodes."));
            return services;
        }

        services.AddSingleton<IHubStore, SqliteHubStore>();
        services.AddSingleton<IUploadStore, FileUploadStore>();
        services.AddSingleton<INodeStore, SoleNode>();
        return services;
    }

    /// <summary>The upload stores on both sides of a move.</summary>
    internal static (IUploadStore Source, IUploadStore Target) UploadsOfBoth(string folder, PostgreSqlTarget target, IHubKeys keys)
    {
        var (settings, clock) = (new HubSettings { DataDirectory = folder }, TimeProvider.System);
        return (
            new FileUploadStore(settings, keys, new DiskGuard(new DriveDiskProbe(settings), clock), clock),
            new PostgreSqlUploadStore(new PostgreSqlSettings { ConnectionString = target.ConnectionString }, keys, clock));
    }
}
