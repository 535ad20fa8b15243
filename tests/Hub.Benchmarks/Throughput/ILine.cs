namespace Hub.Benchmarks.Throughput;

/// <summary>What is measured between generator and sink: the hub, or a peer.</summary>
internal interface ILine : IAsyncDisposable
{
    /// <summary>Where messages are sent to.</summary>
    IReadOnlyList<string> Urls { get; }

    /// <summary>Whether it gives receipts and wants tokens.</summary>
    bool IsHub { get; }

    /// <summary>Processor time used so far, by part.</summary>
    IReadOnlyDictionary<string, TimeSpan> Cpu { get; }

    /// <summary>Bytes of its own processes at most.</summary>
    long PeakMemory { get; }

    /// <summary>The first lines that its programs printed.</summary>
    string Printed { get; }

    /// <summary>How long entries waited for the log so far; null when it does not say.</summary>
    Task<IntegrationWait?> ReadIntegrationAsync(HttpClient http);
}
