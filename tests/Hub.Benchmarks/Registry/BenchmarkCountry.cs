using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;
using Hub.Core.Registry;

namespace Hub.Benchmarks.Registry;

/// <summary>A made-up country: 34 provinces, their communes and departments, each with its systems; rights between them of every
/// form. The same for the same sizes, but for its keys.</summary>
internal sealed class BenchmarkCountry
{
    internal const int Provinces = 34;
    internal static readonly SystemAddress Hub = SystemAddress.Parse("Z99/hub");
    internal static readonly SystemAddress Sender = SystemAddress.Parse("Z10/s0");
    internal static readonly MessageType Document = MessageType.Parse("vn.document.v1");
    private readonly Random _random = new(20250701);

    internal BenchmarkCountry(RegistryOptions options)
    {
        var services = Enumerable.Range(1, options.Services - 1).Select(i => MessageType.Parse($"vn.service-{i}.v1")).Prepend(Document).ToList();
        var agencies = Agencies(options);
        Systems = MakeSystems(options, agencies, services);
        Content = new RegistryContent
        {
            Hub = Hub,
            Levels = [new("central", "Trung ương", "Central", 1), new("province", "Tỉnh", "Province", 2), new("department", "Sở", "Department", 3), new("commune", "Xã", "Commune", 4)],
            Agencies = agencies,
            Services = [.. services.Select((s, i) => new Service(s, $"Dịch vụ {i}", $"Service {i}"))],
            Systems = Systems,
            Groups =
            [
                new Group("communes", 1, "Các xã", [.. agencies.Where(a => a.Level == "commune").Select(a => RecipientAddress.Parse(a.Code.Value))]),
                new Group("communes-by-rule", 1, "Các xã", []) { Rule = new GroupRule("commune", AgencyCode.Parse("Z99"), Document) },
            ],
            Rights = Rights(options.Rights, agencies, services),
        };
    }

    internal RegistryContent Content { get; }

    internal IReadOnlyList<AgencySystem> Systems { get; }

    /// <summary>Private key of <see cref="Sender"/>, PKCS#8 PEM.</summary>
    internal string SenderPem { get; private set; } = "";

    private static List<Agency> Agencies(RegistryOptions options)
    {
        var agencies = new List<Agency> { new() { Code = AgencyCode.Parse("Z99"), Name = "Chính phủ", Level = "central" } };
        for (var i = 0; i < Provinces; i++)
            agencies.Add(new Agency { Code = Province(i), Name = $"UBND tỉnh {i}", Level = "province", Parent = AgencyCode.Parse("Z99") });
        for (var i = 0; agencies.Count < options.Agencies; i++)
        {
            var commune = i < options.Members;
            var code = AgencyCode.Parse($"{Province(i % Provinces)}.{(commune ? i : 50_000 + i):00000}");
            agencies.Add(new Agency { Code = code, Name = $"{(commune ? "UBND xã" : "Sở")} {i}", Level = commune ? "commune" : "department", Parent = Province(i % Provinces) });
        }

        return agencies;
    }

    private List<AgencySystem> MakeSystems(RegistryOptions options, List<Agency> agencies, List<MessageType> services) =>
        [.. Enumerable.Range(0, options.Systems).Select(i =>
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var address = SystemAddress.Parse($"{agencies[(i + 1) % agencies.Count].Code}/s{i / agencies.Count}");
            if (address == Sender) SenderPem = key.ExportPkcs8PrivateKeyPem();
            return new AgencySystem
            {
                Address = address,
                Name = $"Quản lý văn bản {i}",
                Receives = i < agencies.Count ? [Document, services[1 + (i % (services.Count - 1))]] : [services[1 + (i * 7 % (services.Count - 1))]],
                Keys = [new SystemKey(VerificationKey.Deferred("k1", key.ExportSubjectPublicKeyInfo()), null, null, null, Development: false)],
            };
        }).DistinctBy(s => s.Address)];

    private List<Right> Rights(int count, List<Agency> agencies, List<MessageType> services)
    {
        var rights = new Dictionary<string, Right>();
        Add(new Right("under:Z10", [Document.Value], "group:communes"));
        Add(new Right("under:Z99", [Document.Value], "group:communes-by-rule"));
        while (rights.Count < count)
        {
            var (from, to) = (Systems[_random.Next(Systems.Count)].Address, Systems[_random.Next(Systems.Count)].Address);
            var service = services[_random.Next(services.Count)].Value;
            Add((rights.Count % 10) switch
            {
                0 => new Right(from.Agency.Value, [service], to.ToString()),
                1 => new Right($"under:{agencies[1 + _random.Next(Provinces)].Code}", [service], to.Agency.Value),
                2 => new Right(from.ToString(), [service], $"under:{agencies[1 + _random.Next(Provinces)].Code}"),
                _ => new Right(from.ToString(), [service], to.ToString()),
            });
        }

        return [.. rights.Values];

        void Add(Right right) => rights.TryAdd($"{right.From} {right.Services[0]} {right.To}", right);
    }

    private static AgencyCode Province(int i) => AgencyCode.Parse($"Z{i + 10:00}");
}
