using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Adapters.Keys;
using Hub.Adapters.Stores.PostgreSql;
using Hub.Adapters.Stores.Sqlite;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Core;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.Benchmarks.Throughput;

/// <summary>Fills a store with delivered messages, through the committer and with all that belongs to them: bodies, deliveries, two
/// entries in the log for each. Their octets are random and as long as those of the 1 KB case; nobody reads them.</summary>
internal static class StoredMessages
{
    private const int InOneUnit = 250;
    private const int UnitsAtOnce = 8;
    private const int OctetsLength = 2000;

    private static readonly TimeProvider Clock = TimeProvider.System;
    private static readonly SystemAddress Sender = SystemAddress.Parse(BenchmarkRegistry.Sender);
    private static readonly SystemAddress[] Recipients = [.. BenchmarkRegistry.Recipients.Select(SystemAddress.Parse)];
    private static readonly MessageType Type = MessageType.Parse("vn.document.v1");

    /// <summary>Adds messages to the store of a hub that does not run.</summary>
    /// <param name="data">The hub's data folder: keys, and SQLite's store.</param>
    /// <param name="postgres">Connection string when the store is PostgreSQL.</param>
    /// <param name="count">How many.</param>
    internal static async Task AddAsync(string data, string? postgres, int count)
    {
        var begun = Clock.GetTimestamp();
        var settings = new HubSettings { DataDirectory = data };
        var keys = FileHubKeys.OpenOrCreate(data);
        await using IHubStore store = postgres is null
            ? new SqliteHubStore(settings, keys, Clock, NullLogger<SqliteHubStore>.Instance)
            : new PostgreSqlHubStore(new PostgreSqlSettings { ConnectionString = postgres }, keys, Clock, NullLogger<PostgreSqlHubStore>.Instance);
        await store.OpenAsync();
        await using var committer = new GroupCommitter(store, keys, settings, Clock, NullLogger<GroupCommitter>.Instance);
        await committer.StartAsync();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, (count + InOneUnit - 1) / InOneUnit),
            new ParallelOptions { MaxDegreeOfParallelism = UnitsAtOnce },
            async (unit, _) => await AddUnitAsync(committer, unit, Math.Min(InOneUnit, count - (unit * InOneUnit))));
        Console.WriteLine($"         {count} messages stored before the run in {Clock.GetElapsedTime(begun).TotalSeconds:F0} s");
    }

    private static async Task AddUnitAsync(GroupCommitter committer, int unit, int count)
    {
        var samples = Enumerable.Range(0, count).Select(i => Sample.Make(unit, i)).ToArray();
        await committer.RunAsync(async scope =>
        {
            foreach (var sample in samples)
            {
                var message = sample.Message with { Entry = scope.Append(sample.Accepted).Index };
                await scope.Transaction.InsertMessageAsync(message, sample.Octets, [sample.Delivery]);
                scope.Append(sample.Delivered);
            }

            return count;
        });
    }

    private sealed record Sample(MessageRecord Message, byte[] Octets, DeliveryRecord Delivery, TrailEntry Accepted, TrailEntry Delivered)
    {
        internal static Sample Make(int unit, int place)
        {
            var (now, octets) = (Clock.GetUtcNow(), RandomNumberGenerator.GetBytes(OctetsLength));
            var (id, digest, recipient) = ($"stored-{unit}-{place}", Convert.ToHexStringLower(SHA256.HashData(octets)), Recipients[place % Recipients.Length]);
            var message = new MessageRecord
            {
                Key = MessageKey.Of(Sender, id),
                Id = id,
                From = Sender,
                Type = Type,
                Encoding = EnvelopeEncoding.Json,
                Size = octets.Length,
                Sha256 = digest,
                ContentDigest = digest,
                Assurance = "sender-signed",
                Created = now,
                Accepted = now,
                Subject = $"Văn bản số {id}",
            };
            var delivery = new DeliveryRecord
            {
                Message = message.Key,
                Recipient = recipient,
                Why = "direct",
                State = DeliveryState.Delivered,
                Due = now,
                Attempts = 1,
                DeliveredAt = now,
                Changed = now,
            };
            return new Sample(
                message, octets, delivery,
                new TrailEntry(EntryKinds.MessageAccepted, message.Key, BenchmarkRegistry.Sender, new JsonObject { ["sha256"] = digest, ["size"] = octets.Length, ["to"] = recipient.ToString() }).Prepare(),
                new TrailEntry(EntryKinds.DeliveryDelivered, message.Key, "hub", new JsonObject { ["recipient"] = recipient.ToString(), ["attempt"] = 1 }).Prepare());
        }
    }
}
