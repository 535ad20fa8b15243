using Hub.Adapters.Backup;
using Hub.Adapters.Channels.Push;
using Hub.Adapters.Keys;
using Hub.Adapters.Stores.Files;
using Hub.Adapters.Trust;
using Hub.Apps.Archive;
using Hub.Core;
using Hub.Core.Apps;
using Hub.Core.Delivery;
using Hub.Core.Delivery.Runs;
using Hub.Core.Intake;
using Hub.Core.Nodes;
using Hub.Core.Notices;
using Hub.Core.Pressure;
using Hub.Core.Registry;
using Hub.Core.Registry.Rehearsal;
using Hub.Core.Registry.Changes;
using Hub.Core.Registry.Onboarding;
using Hub.Core.Registry.Certificates;
using Hub.Core.Requests;
using Hub.Core.Services;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Core.Uploads;
using Hub.Host.Api;
using Hub.Host.Api.Registry;
using Hub.Core.Time;
using Hub.Host.Composition.Schedule;
using Hub.Host.Composition.Stores;
using Hub.Host.Identity;
using Hub.Host.Telemetry;

namespace Hub.Host.Composition;

/// <summary>Which class stands behind which port: the whole composition on one page.</summary>
internal static class HubServices
{
    internal static IServiceCollection AddHub(this IServiceCollection services, NodeOptions options, DataFolder folder, StoreChoice store)
    {
        services.AddSingleton(options);
        services.AddSingleton(folder);
        services.AddSingleton(static p => new HubClock(log: p.GetService<ILogger<HubClock>>()));
        services.AddSingleton<TimeProvider>(static p => p.GetRequiredService<HubClock>());
        // A node that serves one command reads development keys, since it cannot know how the hub runs; it waives no proof.
        services.AddSingleton(new HubSettings { DataDirectory = folder.Directory, Development = options.Development, KeysWithoutProof = options.Development && options.Dispatch });
        services.AddSingleton(FileHubKeys.OpenOrCreate(folder.Directory, options.Address));
        services.AddSingleton<IHubKeys>(static p => p.GetRequiredService<FileHubKeys>());

        services.AddStore(store);
        services.AddSingleton<IDiskProbe, DriveDiskProbe>();
        services.AddSingleton<DiskGuard>();
        services.AddSingleton(p => new BacklogGuard(p.GetRequiredService<IHubStore>(), p.GetRequiredService<IRegistry>(), p.GetRequiredService<TimeProvider>()) { MostOfHub = options.MaxBacklog });
        services.AddSingleton<UploadSweep>();
        services.AddSingleton<HubBackup>();
        services.AddSingleton(new ErasureFile(folder.Directory));
        services.AddSingleton<GroupCommitter>();
        services.AddSingleton<ICommitter, LeasedCommitter>();
        services.AddSingleton<TrailReader>();
        services.AddSingleton<KnownReceipts>();
        services.AddSingleton<RegistryService>();
        services.AddSingleton<IRegistry>(static p => p.GetRequiredService<RegistryService>());
        services.AddSingleton<IRegistryChanges>(static p => p.GetRequiredService<RegistryService>());
        services.AddSingleton<ICatchUp>(static p => p.GetRequiredService<RegistryService>());
        services.AddSingleton<OnboardingService>();
        services.AddSingleton<SignedMessages>();
        services.AddSingleton<BulkRun>();
        services.AddSingleton<CertificateTable>();
        services.AddSingleton<ICertificateStatus>(static p => p.GetRequiredService<CertificateTable>());
        services.AddSingleton<IRevocationSource>(p => new HttpRevocationSource(options.AllowPrivateRevocation, p.GetRequiredService<TimeProvider>()));
        services.AddForDuty<CertificateWatch>(Duties.Certificates);

        services.AddNode(options, store);
        services.AddSingleton<DeliverySignals>();
        services.AddSingleton<Acknowledgements>();
        services.AddSingleton<IAcknowledgements>(static p => p.GetRequiredService<Acknowledgements>());
        services.AddSingleton<IntakeService>();
        services.AddSingleton<IIntake>(static p => p.GetRequiredService<IntakeService>());
        // Intake applies acknowledgements, and an unsigned acknowledgement is staged through intake: one end is lazy.
        services.AddSingleton(static p => new Lazy<IIntake>(p.GetRequiredService<IIntake>));
        services.AddSingleton<Mailbox>();
        services.AddSingleton<RequestDesk>();
        services.AddSingleton<DeadLetters>();
        services.AddSingleton<DeadLetterNotes>();
        services.AddSingleton<ReplayRuns>();
        services.AddSingleton<ReplayRunner>();
        services.AddSingleton<Cancellations>();
        services.AddSingleton<IDeliveryChannel, PushChannel>();
        services.AddSingleton<IDeliveryChannel, AppChannel>();
        services.AddSingleton<IHandle, ArchiveApp>();
        services.AddSingleton<SystemBreakers>();
        services.AddSingleton<AgeWatch>();
        services.AddSingleton<HeartbeatWatch>();
        services.AddForDuty<SystemsWatch>(Duties.Watch);
        services.AddSingleton<Dispatcher>();
        services.AddSingleton<ReorganisationSweep>();
        services.AddForDuty<RetentionSweep>(Duties.Retention);
        services.AddSingleton<RegistryRehearsal>();
        if (options.Dispatch) services.AddHostedService<DispatcherService>();
        if (options.Dispatch) services.AddHostedService<ReorganisationService>();
        if (options.Dispatch) services.AddHostedService<BacklogService>();
        if (options.Dispatch) services.AddHostedService<ReplayService>();
        if (options.Dispatch) services.AddHostedService<CertificateWatchService>();
        if (options.Dispatch) services.AddHostedService<SystemsWatchService>();
        services.AddForDuty<ExpiryNotices>(Duties.KeyExpiry);
        services.AddForDuty<ServiceEndNotices>(Duties.ServiceEnd);
        services.AddSingleton<IScheduledWork, RetentionWork>();
        services.AddSingleton<IScheduledWork, PartitionWork>();
        services.AddSingleton<IScheduledWork>(static p =>
            ActivatorUtilities.CreateInstance<UploadWork>(p, ActivatorUtilities.CreateInstance<UploadSweep>(p, p.GetRequiredService<DutyCommitters>().Of(Duties.Uploads))));
        services.AddSingleton<IScheduledWork, ExpiryWork>();
        services.AddSingleton<IScheduledWork, ServiceEndWork>();
        services.AddSingleton<IScheduledWork, ProposalWork>();
        if (options.Dispatch) services.AddHostedService<ScheduleService>();
        if (options.Otlp is not null) services.AddHostedService<OtlpService>();
        return services;
    }

    /// <summary>Who this node is, and what it does for the hub.</summary>
    private static void AddNode(this IServiceCollection services, NodeOptions options, StoreChoice store)
    {
        services.AddSingleton<ThisNode>();
        services.AddSingleton<SharedIdentity>();
        services.AddSingleton(static p => new LogMemory(p.GetRequiredService<DataFolder>().Directory, p.GetRequiredService<IHubStore>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<LogMemory>>()));
        services.AddSingleton(new NodePart(
            new NodeCard(options.Dispatch ? store.Node : store.CommandNode, (options.PublicUrl ?? options.Listen)?.GetLeftPart(UriPartial.Authority), store.Version),
            options.Dispatch ? Duties.All : []));
        services.AddSingleton<ICatchUp, RegistryCatchUp>();
        services.AddSingleton(static p => new Lazy<IEnumerable<ICatchUp>>(p.GetServices<ICatchUp>));
        services.AddSingleton<NodeMembership>();
        services.AddSingleton<StoreWakes>();
        services.AddSingleton<DutyCommitters>();
    }

    /// <summary>Work that commits for its duty only.</summary>
    private static void AddForDuty<T>(this IServiceCollection services, string duty) where T : class =>
        services.AddSingleton(p => ActivatorUtilities.CreateInstance<T>(p, p.GetRequiredService<DutyCommitters>().Of(duty)));

    internal static IServiceCollection AddHubHttp(this IServiceCollection services)
    {
        services.AddSingleton<HubOrigins>();
        services.AddSingleton<Readiness>();
        // The start is now, not the first use: assertions from before it are refused.
        var started = TimeProvider.System.GetUtcNow();
        services.AddSingleton(p => new AssertionReplays(p.GetRequiredService<TimeProvider>(), p.GetService<IOnceStore>(), started));
        services.AddSingleton<ClientKeys>();
        services.AddSingleton<ClientAssertions>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<BodyBudget>();
        services.AddSingleton<IntakeGate>();
        services.AddSingleton<IntakeDoor>();
        services.AddKeyedSingleton(BodyBudget.Outgoing, static (p, _) => new BodyBudget(p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<TokenLimits>();
        services.AddSingleton<FixedAnswers>();
        services.AddSingleton<SubtreeReads>();
        services.AddSingleton<MessageReads>();
        services.AddSingleton<RegistryHistory>();
        services.AddSingleton<PastDecisions>();
        services.AddSingleton<RegistryReads>();
        services.AddSingleton<RegistryWrites>();
        services.AddSingleton<RefusalCounter>();
        services.AddHostedService(static p => p.GetRequiredService<RefusalCounter>());
        services.AddSingleton<HubGauges>();
        services.AddSingleton<MetricsAccess>();
        services.AddSingleton<MetricsRegistry>();
        services.AddHostedService(static p => p.GetRequiredService<MetricsRegistry>());
        services.ConfigureHttpJsonOptions(static json => HubJson.Configure(json.SerializerOptions));
        // A parameter that cannot be bound becomes a problem like every other, in one place.
        services.Configure<RouteHandlerOptions>(static routes => routes.ThrowOnBadRequest = true);
        services.AddRateLimiter(TokenLimits.Configure);
        OpenApiSetup.Add(services);
        return services;
    }
}
