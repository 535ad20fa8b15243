using System.Security.Cryptography;
using System.Text;
using Hub.Adapters.Keys;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Contracts.Trail;
using Hub.Core;
using Hub.Core.Delivery;
using Hub.Core.Intake;
using Hub.Core.Nodes;
using Hub.Core.Pressure;
using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Tests.Pressure;
using Hub.Tests.Registry;
using Hub.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using ManualClock = Hub.Tests.Time.ManualClock;

namespace Hub.Tests.Intake;

/// <summary>A whole way in: real codecs, keys, committer, registry; the sample province is imported.</summary>
internal sealed class IntakeBench : IAsyncDisposable
{
    internal static readonly SystemAddress Province = SystemAddress.Parse("H06/qlvb");
    internal static readonly SystemAddress Commune = SystemAddress.Parse("H06.40.01/qlvb");
    private readonly TemporaryFolder _folder = new();

    private IntakeBench(NewStore? newStore)
    {
        var settings = new HubSettings { DataDirectory = _folder.Path };
        Keys = FileHubKeys.OpenOrCreate(_folder.Path, RegistrySamples.HubAddress);
        Store = newStore?.Invoke(settings, Keys, Clock) ?? new InMemoryStore();
        Committer = new GroupCommitter(Store, Keys, settings, Clock, NullLogger<GroupCommitter>.Instance);
        Registry = new RegistryService(Store, Committer, Keys, settings, Clock, NullLogger<RegistryService>.Instance);
        Trail = new TrailReader(Store);
        Intake = new IntakeService(Registry, Committer, Store, Uploads, Keys, new Acknowledgements(Clock, Signals), Trail, Signals, new DiskGuard(Disk, Clock), Backlog = new BacklogGuard(Store, Registry, Clock) { MostOfHub = MostOfHub }, settings, Clock, new CertificateTable(), new ThisNode());
    }

    /// <summary>Makes the store to run over.</summary>
    internal delegate IHubStore NewStore(HubSettings settings, IHubKeys keys, TimeProvider clock);

    internal ManualClock Clock { get; } = new(RegistrySamples.Now);

    internal IHubStore Store { get; }

    internal FileHubKeys Keys { get; }

    internal GroupCommitter Committer { get; }

    internal RegistryService Registry { get; }

    internal TrailReader Trail { get; }

    internal InMemoryUploads Uploads { get; } = new();

    internal const int MostOfHub = 100;

    internal FixedDisk Disk { get; } = new();

    internal BacklogGuard Backlog { get; }

    internal DeliverySignals Signals { get; } = new();

    internal IntakeService Intake { get; }

    internal LocalSigner ProvinceSigner { get; } = NewSigner();

    internal LocalSigner CommuneSigner { get; } = NewSigner();

    internal string Yaml { get; private set; } = "";

    internal static async Task<IntakeBench> StartAsync(NewStore? newStore = null)
    {
        var bench = new IntakeBench(newStore);
        await bench.Store.OpenAsync();
        await bench.Committer.StartAsync();
        bench.Yaml = RegistrySamples.Yaml(PemOf(bench.ProvinceSigner), PemOf(bench.CommuneSigner));
        await bench.Registry.ImportAsync(bench.Yaml, "operator:test");
        return bench;
    }

    /// <summary>A good document of the province to a commune.</summary>
    internal static Envelope Document(string id, params string[] to) => new()
    {
        Id = id,
        Type = MessageType.Parse("vn.document.v1"),
        From = Province,
        To = [.. (to.Length == 0 ? ["H06.40.01"] : to).Select(t => new Recipient(RecipientAddress.Parse(t)))],
        Created = RegistrySamples.Now,
        Subject = "Giấy mời họp",
        Payload = new Payload { Form = PayloadForm.Json, MediaType = "application/json", Data = Encoding.UTF8.GetBytes("""{"a":1}""") },
    };

    internal ValueTask<byte[]> SignAsync(Envelope envelope, EnvelopeEncoding encoding = EnvelopeEncoding.Json) =>
        EnvelopeCodec.SignAsync(envelope, encoding, envelope.From == Commune ? CommuneSigner : ProvinceSigner);

    internal async Task<Acceptance> SendAsync(Envelope envelope, EnvelopeEncoding encoding = EnvelopeEncoding.Json) =>
        await Intake.AcceptAsync(await SignAsync(envelope, encoding), encoding, envelope.From);

    /// <summary>Sends what must be refused, and sees that nothing has changed.</summary>
    internal async Task<Problem> RefusedAsync(Envelope envelope, SystemAddress? caller = null) =>
        await RefusedAsync(await SignAsync(envelope), EnvelopeEncoding.Json, caller ?? envelope.From);

    internal async Task<Problem> RefusedAsync(byte[] octets, EnvelopeEncoding encoding, SystemAddress caller)
    {
        var before = await StateAsync();
        var refused = Assert.ThrowsAsync<ProblemException>(async () => await Intake.AcceptAsync(octets, encoding, caller));
        Assert.That(await StateAsync(), Is.EqualTo(before), "a refused envelope changed something");
        return refused!.Problem;
    }

    /// <summary>Everything that a refused envelope must not change: counts and the log's head.</summary>
    internal async Task<string> StateAsync()
    {
        var counts = await Store.ReadStatisticsAsync();
        return $"{counts.Messages}; {string.Join(", ", counts.Deliveries.OrderBy(d => d.Key))}; {await Store.FindCheckpointAsync()}";
    }

    internal async Task<EntryHeader[]> EntriesAsync(long first = 0) =>
        [.. (await Store.ListEntriesAsync(first, 1000)).Select(e => e.ParseHeader())];

    public async ValueTask DisposeAsync()
    {
        await Committer.DisposeAsync();
        Registry.Dispose();
        await Store.DisposeAsync();
        _folder.Dispose();
    }

    internal static LocalSigner NewSigner()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return LocalSigner.FromPem("k1", key.ExportPkcs8PrivateKeyPem());
    }

    private static string PemOf(LocalSigner signer) => PemEncoding.WriteString("PUBLIC KEY", signer.ExportSubjectPublicKeyInfo());
}

/// <summary>Uploads that are either there or not.</summary>
internal sealed class InMemoryUploads : IUploadStore
{
    private readonly Dictionary<(SystemAddress Owner, string Sha256), UploadStatus> _uploads = [];

    internal void Put(SystemAddress owner, string sha256, long size, long offset) =>
        _uploads[(owner, sha256)] = new UploadStatus(sha256, size, offset, offset == size);

    public ValueTask<UploadStatus?> FindAsync(SystemAddress owner, string sha256, CancellationToken cancellationToken = default)
    {
        var found = _uploads.GetValueOrDefault((owner, sha256));
        AfterFind?.Invoke();
        return new(found);
    }

    public ValueTask<UploadStatus> BeginAsync(SystemAddress owner, string sha256, long size, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<UploadStatus> AppendAsync(SystemAddress owner, string sha256, long offset, Stream content, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<Stream?> OpenReadAsync(SystemAddress owner, string sha256, CancellationToken cancellationToken = default) =>
        new(_uploads.GetValueOrDefault((owner, sha256)) is { Complete: true } ? new MemoryStream() : null);

    /// <summary>What <see cref="Keep"/> was called for.</summary>
    internal List<UploadName> Kept { get; } = [];

    /// <summary>Done when an upload is next looked for, after its answer was found.</summary>
    internal Action? AfterFind { get; set; }

    public void Keep(SystemAddress owner, IReadOnlyList<string> digests) => Kept.AddRange(digests.Select(d => new UploadName(owner, d)));

    public ValueTask<IReadOnlyList<UploadName>> ListUnnamedAsync(DateTimeOffset before, CancellationToken cancellationToken = default) =>
        new([.. _uploads.Where(u => u.Value.Complete).Select(u => new UploadName(u.Key.Owner, u.Key.Sha256)).Except(Kept)]);

    public ValueTask DeleteAsync(UploadName upload, CancellationToken cancellationToken = default)
    {
        Remove(upload);
        return default;
    }

    internal void Remove(UploadName upload) => _uploads.Remove((upload.Owner, upload.Sha256));

    public ValueTask DropAbandonedAsync(CancellationToken cancellationToken = default) => default;
}
