using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Hub.Contracts.Trail;

namespace Hub.Benchmarks.Throughput;

/// <summary>The sending agency, in its own process: keeps a fixed number of requests in flight, never more than a bound
/// ahead of what the sink has got, and keeps account of every receipt.</summary>
internal sealed class Generator(GeneratorSettings settings, TimeProvider clock)
{
    private readonly EnvelopeSource _source = new(settings, clock);
    private readonly SetDigest _digest = new();
    private readonly ConcurrentBag<List<TimeSpan>> _waits = [];
    private readonly ConcurrentBag<List<(ulong Key, long At)>> _receipts = [];
    private readonly string[] _tokens = new string[settings.Urls.Count];
    private long _sent;
    private long _receipted;
    private long _delivered;
    private int _verified;
    private string? _refusal;
    private NoteVerifier? _logKey;

    internal static async Task<int> RunAsync(string settingsPath)
    {
        var generator = new Generator(GeneratorSettings.Load(settingsPath), TimeProvider.System);
        Console.WriteLine(JsonSerializer.Serialize(await generator.RunAsync()));
        return 0;
    }

    private async Task<GeneratorReport> RunAsync()
    {
        using var http = LoopbackHttp.Create();
        var presigned = await _source.PresignAsync((long)(settings.Seconds * (settings.Rate > 0 ? settings.Rate * 1.05 : 20_000)));
        if (settings.IsHub) _logKey = NoteVerifier.Parse((await http.GetStringAsync(new Uri($"{settings.Urls[0]}/log/key"))).Trim());
        await RenewTokensAsync(http);
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();

        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(settings.Seconds), clock);
        var watch = WatchSinkAsync(http, stop.Token);
        var begun = clock.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, settings.Connections).Select(number => SendAsync(number % settings.Urls.Count, begun, stop.Token)));
        await watch;
        return new GeneratorReport(
            _sent, _receipted, _digest.ToString(), presigned, _verified, Waits.Of(_waits.SelectMany(static w => w)), await HandedAsync(http, begun), _refusal);
    }

    private async Task RenewTokensAsync(HttpClient http)
    {
        for (var i = 0; settings.IsHub && i < _tokens.Length; i++)
            _tokens[i] = await AccessToken.GetAsync(http, settings.Urls[i], settings.From, _source.Signer, clock);
    }

    private async Task WatchSinkAsync(HttpClient http, CancellationToken stop)
    {
        var renewed = clock.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            Volatile.Write(ref _delivered, long.Parse(await http.GetStringAsync(new Uri($"{settings.SinkUrl}/count"), CancellationToken.None)));
            if (clock.GetElapsedTime(renewed) > TimeSpan.FromMinutes(4))
            {
                await RenewTokensAsync(http);
                renewed = clock.GetTimestamp();
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    private async Task SendAsync(int place, long begun, CancellationToken stop)
    {
        using var connection = new RawHttpConnection(new Uri(settings.Urls[place]));
        await connection.ConnectAsync();
        var (waits, receipts) = (new List<TimeSpan>(), new List<(ulong, long)>());
        _waits.Add(waits);
        _receipts.Add(receipts);
        while (!stop.IsCancellationRequested)
        {
            if (settings.Rate == 0 && Volatile.Read(ref _receipted) - Volatile.Read(ref _delivered) > settings.MaxOutstanding)
            {
                await Task.Delay(5, CancellationToken.None);
                continue;
            }

            var envelope = await _source.NextAsync();
            var number = Interlocked.Increment(ref _sent);
            var asked = settings.Rate == 0 ? clock.GetTimestamp() : await DueAsync(begun, number);
            var (status, body) = await connection.PostAsync("/api/v1/messages", _source.ContentType, _tokens[place], envelope.Octets);
            if (clock.GetElapsedTime(begun).TotalSeconds > settings.WarmupSeconds) waits.Add(clock.GetElapsedTime(asked));
            if (status == 202)
            {
                Receipted(envelope, body, number);
                receipts.Add((Sink.ShortKey(envelope.Key), clock.GetTimestamp()));
            }
            else Interlocked.CompareExchange(ref _refusal, $"{status} {Encoding.UTF8.GetString(body)}", null);
        }
    }

    /// <summary>Waits until a message is due; returns that instant, which may be past.</summary>
    private async Task<long> DueAsync(long begun, long number)
    {
        var due = begun + (long)((number - 1) / settings.Rate * clock.TimestampFrequency);
        var early = clock.GetElapsedTime(clock.GetTimestamp(), due);
        if (early > TimeSpan.Zero) await Task.Delay(early, CancellationToken.None);
        return due;
    }

    /// <summary>Both processes read the one monotonic clock of the machine.</summary>
    private async Task<Waits> HandedAsync(HttpClient http, long begun)
    {
        while (Volatile.Read(ref _receipted) > long.Parse(await http.GetStringAsync(new Uri($"{settings.SinkUrl}/count"))) && clock.GetElapsedTime(begun).TotalSeconds < settings.Seconds + 30)
            await Task.Delay(100);
        var arrivals = Sink.ReadTimes(await http.GetByteArrayAsync(new Uri($"{settings.SinkUrl}/times")));
        var warm = begun + (long)(settings.WarmupSeconds * clock.TimestampFrequency);
        return Waits.Of(_receipts.SelectMany(static r => r)
            .Where(r => r.At > warm && arrivals.ContainsKey(r.Key))
            .Select(r => clock.GetElapsedTime(Math.Min(r.At, arrivals[r.Key]), arrivals[r.Key])));
    }

    private void Receipted(SignedEnvelope envelope, byte[] receipt, long number)
    {
        _digest.Add(envelope.Key, envelope.Sha256);
        Interlocked.Increment(ref _receipted);
        if (!settings.IsHub || number % 1000 != 0) return;
        var verdict = Receipt.Parse(Encoding.UTF8.GetString(receipt)).Verify(_logKey!, envelope.Octets);
        if (verdict.Valid) Interlocked.Increment(ref _verified);
        else Interlocked.CompareExchange(ref _refusal, $"receipt: {string.Join("; ", verdict.Failures)}", null);
    }
}
