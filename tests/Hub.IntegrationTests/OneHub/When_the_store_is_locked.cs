using System.Net;
using System.Runtime.Versioning;
using Hub.Contracts.Envelopes;
using Microsoft.Data.Sqlite;

namespace Hub.IntegrationTests.OneHub;

[TestFixture, SupportedOSPlatform("linux")]
public sealed class When_the_store_is_locked
{
    [Test, CancelAfter(240_000)]
    public async Task Should_refuse_for_thirty_seconds_and_go_on_by_itself(CancellationToken stop)
    {
        await using var hub = await LoneHub.BeginAsync();
        await hub.ReceiveAsync(50, stop);
        var refused = hub.Traffic.Witness.Unavailable;
        await using (var other = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(hub.Data, "hub.db"), Pooling = false, DefaultTimeout = 30 }.ToString()))
        {
            await other.OpenAsync(stop);
            await ExecuteAsync(other, "BEGIN EXCLUSIVE");
            var (until, receipts) = (Environment.TickCount64 + 30_000, hub.Traffic.Receipted.Count());
            using var answer = await SubmitAsync(hub);
            Assert.That((answer.StatusCode, answer.Headers.RetryAfter is not null), Is.EqualTo((HttpStatusCode.ServiceUnavailable, true)), await answer.Content.ReadAsStringAsync(stop));
            using (var read = await hub.Traffic.Sender.GetAsync(hub.Url, "/api/v1/messages?limit=5")) Assert.That(read.StatusCode, Is.EqualTo(HttpStatusCode.OK), "Reads go on.");
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(0, until - Environment.TickCount64)), stop);
            Assert.That(hub.Traffic.Receipted.Count(), Is.InRange(receipts, receipts + 8), "Only what was committed before it was locked.");
            await ExecuteAsync(other, "ROLLBACK");
        }

        Assert.That(hub.Traffic.Witness.Unavailable, Is.GreaterThan(refused));
        await hub.ReceiveAsync(100, stop);
        await hub.EndAsync(stop);
    }

    private static async Task<HttpResponseMessage> SubmitAsync(LoneHub hub)
    {
        var sender = hub.Traffic.Sender;
        var envelope = sender.Document("khoa-1", "chờ", "Z97.02/mailbox");
        return await sender.SubmitAsync(hub.Url, await EnvelopeCodec.SignAsync(envelope, EnvelopeEncoding.Json, sender.Signer));
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
