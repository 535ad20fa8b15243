namespace Hub.Benchmarks.Throughput;

/// <summary>A plain client for the benchmark's own control requests on loopback.</summary>
internal static class LoopbackHttp
{
    internal static HttpClient Create() => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
}
