using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Benchmarks.Network;
using Foolscap.Relay.Client;
using Foolscap.Tubs;

namespace Foolscap.Relay.Benchmarks.Scale.Parts;

/// <summary>A client for the backend.</summary>
internal static class ClientPart
{
    public static async Task RunAsync(Furl registrar, IPEndPoint target, int count, RelayWay way, CancellationToken stopping)
    {
        await using Tub tub = new(TubCertificate.Create());
        RelayClientOptions options = new() { MaxStreams = count + 100, DirectConnections = way == RelayWay.Direct };
        await using RelayClient client = RelayClient.Start(tub, [registrar], target, options);
        await client.WaitUntilRegisteredAsync(stopping);
        Console.WriteLine($"{PartCommand.Client} {tub.TubId}");
        await PartCommand.WaitUntilStoppedAsync(stopping);
    }
}
