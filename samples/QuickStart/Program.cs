// A relay, a Tub C that only loopback can reach, and a caller B that reaches it through the relay; all in one process.
using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Foolscap.Furls;
using Foolscap.Relay;
using Foolscap.Relay.Client;
using Foolscap.Relay.Server;
using Foolscap.Tubs;

const string marker = "a marker that only B and C may read";
IPEndPoint loopback = new(IPAddress.Loopback, 0);

// The relay, on a public host in real life.
Watcher watcher = new();
await using Tub relayTub = new(TubCertificate.Create());
await using RelayServer relay = new(relayTub, new RelayServerOptions { Observer = watcher });
await using TubListener relayListener = new TubListener(relayTub).Add(relay);
relayTub.Hints = [ConnectionHint.Tcp("127.0.0.1", relayListener.Listen(loopback).Port)];

// C, behind NAT in real life: it registers once, and its FURLs get the relay's hints.
await using Tub tubC = new(TubCertificate.Create());
await using TubListener listenerC = new(tubC);
await using RelayClient client = RelayClient.Start(tubC, [relay.RegistrarFurl], listenerC.Listen(loopback));
await client.WaitUntilRegisteredAsync();
tubC.Hints = client.Hints;
using IncrementalHash received = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
Furl furl = tubC.Register(new Referenceable()
    .On("greet", call => $"Hello, {call.Get<string>(0)}!")
    .OnAsync("visit", async call => await call.Get<RemoteReference>(0).CallAsync("ring", ["C was here"]))
    .On("put", call => received.AppendData(call.Get<byte[]>(0)))
    .On("hash", _ => received.GetHashAndReset()));
Console.WriteLine($"FURL: {furl}");

// B knows nothing of relays: all it has is the FURL.
await using Tub tubB = new(TubCertificate.Create());
using RemoteReference c = await tubB.GetReferenceAsync(furl);
Console.WriteLine($"answer: {await c.CallAsync<string>("greet", [marker])}");
Referenceable bell = new Referenceable().On("ring", call => $"B heard: {call.Get<string>(0)}");
Console.WriteLine($"call back: {await c.CallAsync<string>("visit", [bell])}");
byte[] data = RandomNumberGenerator.GetBytes(64 << 20);
Stopwatch watch = Stopwatch.StartNew();
await Task.WhenAll(data.Chunk(1 << 20).Select(part => c.CallAsync("put", [part])));
byte[] hash = await c.CallAsync<byte[]>("hash");
Console.WriteLine($"64 MiB sent: {data.Length / 1e6 / watch.Elapsed.TotalSeconds:0} MB/s, sha256 equal: {hash.SequenceEqual(SHA256.HashData(data))}");
RelayStatistics seen = relay.Statistics;
Console.WriteLine($"the relay carried: {seen.BytesToTubs:N0} bytes to C, {seen.BytesFromTubs:N0} from C, in {seen.TotalStreams} connection");
Console.WriteLine($"marker seen by the relay: {watcher.Seen.ToString().Contains(marker)} (it saw: {watcher.Seen.ToString(0, 49)}...)");

/// <summary>Keeps the beginning of what B sends through the relay, in which the marker would be if it crossed in clear.</summary>
internal sealed class Watcher : IRelayedStreamObserver
{
    public StringBuilder Seen { get; } = new();

    public void OnData(StreamDirection direction, in ReadOnlySequence<byte> data) => // C's direction comes in another thread
        _ = direction == StreamDirection.Outbound && Seen.Length < 100_000 ? Seen.Append(Encoding.Latin1.GetString(data)) : Seen;
}
