using Hub.Adapters.SqlServer;
using Hub.Adapters.Stores;
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
        switch (choice.Primary)
        {
            case PostgreSqlTarget postgres:
                services.AddSingleton(new PostgreSqlSettings { ConnectionString = postgres.ConnectionString, Replica = choice.Replica?.ConnectionString });
                return services.AddShared<PostgreSqlHubStore, PostgreSqlUploadStore, PostgreSqlOnceStore>();
            case SqlServerTarget sqlServer:
                services.AddSingleton(new SqlServerSettings { ConnectionString = sqlServer.ConnectionString, Replica = choice.Replica?.ConnectionString });
                return services.AddShared<SqlServerHubStore, SqlServerUploadStore, SqlServerOnceStore>();
        }

        services.AddSingleton<IHubStore, SqliteHubStore>();
        services.AddSingleton<IUploadStore, FileUploadStore>();
        services.AddSingleton<INodeStore, SoleNode>();
        return services;
    }

    /// <summary>The upload stores on both sides of a move.</summary>
    internal static (IUploadStore Source, IUploadStore Target) UploadsOfBoth(string folder, StoreTarget target, IHubKeys keys)
    {
        var (settings, clock) = (new HubSettings { DataDirectory = folder }, TimeProvider.System);
        return (
            new FileUploadStore(settings, keys, new DiskGuard(new DriveDiskProbe(settings), clock), clock),
            target is SqlServerTarget
                ? new SqlServerUploadStore(new SqlServerSettings { ConnectionString = target.ConnectionString }, keys, clock)
                : new PostgreSqlUploadStore(new PostgreSqlSettings { ConnectionString = target.ConnectionString }, keys, clock));
    }

    private static IServiceCollection AddShared<TStore, TUploads, TOnce>(this IServiceCollection services)
        where TStore : class, IHubStore, INodeStore where TUploads : class, IUploadStore where TOnce : class, IOnceStore =>
        services.AddSingleton<IHubStore, TStore>().AddSingleton<IUploadStore, TUploads>().AddSingleton<IOnceStore, TOnce>()
            .AddSingleton<INodeStore>(static p => (TStore)p.GetRequiredService<IHubStore>());
}
