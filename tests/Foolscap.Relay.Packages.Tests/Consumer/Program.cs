// With the name of a snippet it runs that; without one it makes a call through a relay, all with what the packages bring.
using System.Net;
using System.Reflection;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Relay.Server;
using Foolscap.Tubs;

if (args is [string name])
{
    MethodInfo snippet = Type.GetType($"Consumer.{name}")?.GetMethod("RunAsync") ?? throw new ArgumentException($"There is no snippet {name}.");
    await (Task)snippet.Invoke(null, [Array.Empty<string>()])!;
    return;
}

IPEndPoint loopback = new(IPAddress.Loopback, 0);
await using Tub relayTub = new(TubCertificate.Create());
await using RelayServer relay = new(relayTub);
await using TubListener relayListener = new TubListener(relayTub).Add(relay);
relayTub.Hints = [ConnectionHint.Tcp("127.0.0.1", relayListener.Listen(loopback).Port)];

await using Tub tub = new(TubCertificate.Create());
await using TubListener listener = new(tub);
await using RelayClient client = RelayClient.Start(tub, [relay.RegistrarFurl], listener.Listen(loopback));
await client.WaitUntilRegisteredAsync();
tub.Hints = client.Hints;
Furl furl = tub.Register(new Referenceable().On("greet", call => $"Hello, {call.Get<string>(0)}!"));

await using Tub caller = new(TubCertificate.Create());
using RemoteReference greeter = await caller.GetReferenceAsync(furl);
Console.WriteLine(await greeter.CallAsync<string>("greet", ["packages"]));
