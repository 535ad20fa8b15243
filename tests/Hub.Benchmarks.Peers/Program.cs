using Hub.Benchmarks.Peers;

var settings = PeerSettings.Load(args[0]);
await (settings.Tuned ? TunedPeer.Build(settings) : PlainPeer.Build(settings)).RunAsync();
