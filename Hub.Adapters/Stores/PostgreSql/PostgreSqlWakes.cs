using System.Text;
using System.Text.Json;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Core.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hub.Adapters.Stores.PostgreSql;

/// <summary>Wake-ups between nodes, by one <c>NOTIFY</c> a group: <c>{"n":node,"r":[recipients],"m":[message keys],"g":version}</c>, or
/// <c>{"n":node,"all":true}</c> when that is too long.</summary>
/// <remarks>They are hints. A connection that broke may have lost some: once there is another, everybody is told to look at everything.</remarks>
internal sealed class PostgreSqlWakes : IAsyncDisposable
{
    internal const string NotifySql = "SELECT pg_notify('hub_wake', $1)";

    private const string ListenSql = "LISTEN hub_wake";

    // PostgreSQL takes less than 8,000 bytes.
    private const int MostBytes = 7_900;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly NpgsqlDataSource _source;
    private readonly Func<int?> _node;
    private readonly Action<StoreWake> _heard;
    private readonly ILogger _log;
    private Task _loop = Task.CompletedTask;
    private bool _broken;

    private PostgreSqlWakes(NpgsqlDataSource source, Func<int?> node, Action<StoreWake> heard, ILogger log) =>
        (_source, _node, _heard, _log) = (source, node, heard, log);

    internal static PostgreSqlWakes Start(NpgsqlDataSource source, Func<int?> node, Action<StoreWake> heard, ILogger log)
    {
        var wakes = new PostgreSqlWakes(source, node, heard, log);
        wakes._loop = Task.Run(wakes.RunAsync);
        return wakes;
    }

    internal static string Write(int node, StoreWake wake)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("n"u8, node);
            if (wake.Missed) json.WriteBoolean("all"u8, true);
            if (wake.Recipients.Count > 0)
            {
                json.WriteStartArray("r"u8);
                foreach (var recipient in wake.Recipients) json.WriteStringValue(recipient.ToString());
                json.WriteEndArray();
            }

            if (wake.Messages.Count > 0)
            {
                json.WriteStartArray("m"u8);
                foreach (var message in wake.Messages) json.WriteStringValue(message.Value);
                json.WriteEndArray();
            }

            if (wake.RegistryVersion is { } version) json.WriteNumber("g"u8, version);
            json.WriteEndObject();
        }

        return buffer.WrittenCount <= MostBytes ? Encoding.UTF8.GetString(buffer.WrittenSpan) : $$"""{"n":{{node}},"all":true}""";
    }

    /// <summary>What another node told; null when it was this one, or nothing that this program understands.</summary>
    internal static StoreWake? Read(string payload, int? node)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var root = json.RootElement;
            if (node is { } own && root.GetProperty("n").GetInt32() == own) return null;
            return new StoreWake(
                List(root, "r", SystemAddress.Parse),
                List(root, "m", MessageKey.Parse),
                root.TryGetProperty("g", out var version) ? version.GetInt64() : null,
                root.TryGetProperty("all", out _));
        }
        catch (Exception notOurs) when (notOurs is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return new StoreWake([], [], null, Missed: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private static List<T> List<T>(JsonElement root, string member, Func<string, T> parse)
    {
        var found = new List<T>();
        if (!root.TryGetProperty(member, out var items)) return found;
        foreach (var item in items.EnumerateArray()) found.Add(parse(item.GetString()!));
        return found;
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await ListenAsync();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failed) when (failed is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException)
            {
                if (!_broken) _log.LogWarning(failed, "Wake-ups of other nodes cannot be heard; it is tried again, and work is looked for meanwhile.");
                _broken = true;
                await Task.Delay(Pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync()
    {
        await using var connection = await _source.OpenConnectionAsync(_stop.Token);
        connection.Notification += Hear;
        await using (var listen = new NpgsqlCommand(ListenSql, connection)) await listen.ExecuteNonQueryAsync(_stop.Token);
        if (_broken) _heard(new StoreWake([], [], null, Missed: true));
        _broken = false;
        while (true)
        {
            if (await connection.WaitAsync(KeepAlive, _stop.Token)) continue;
            await using var alive = new NpgsqlCommand("SELECT 1", connection) { CommandTimeout = 5 };
            await alive.ExecuteNonQueryAsync(_stop.Token);
        }
    }

    private void Hear(object sender, NpgsqlNotificationEventArgs told)
    {
        if (Read(told.Payload, _node()) is { } wake) _heard(wake);
    }
}
