using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Server;
using Foolscap.Tubs;

namespace Foolscap.Relay.Benchmarks.Scale.Parts;

/// <summary>A relay like the sample's, but for its limits of one address: all who come here come from one.</summary>
internal static class RelayPart
{
    /// <summary>Runs it.</summary>
    /// <param name="count">So many Tubs, and streams, may come.</param>
    /// <param name="folder">Where it keeps who it is.</param>
    /// <param name="port">The port; 0 for any.</param>
    /// <param name="stopping">Ends it.</param>
    public static async Task RunAsync(int count, string folder, int port, CancellationToken stopping)
    {
        int most = count + 100;
        RelayLimits limits = new()
        {
            MaxRegisteredTubs = most,
            MaxRegisteredTubsPerAddress = most,
            MaxStreams = most,
            MaxStreamsPerTub = most,
            MaxStreamsPerAddress = most,
        };
        await using Tub tub = new(TubCertificate.LoadOrCreate(Path.Combine(folder, "relay.pem")), new TubOptions { Limits = TubLimits.Small });
        await using RelayServer relay = new(tub, new RelayServerOptions { Limits = limits, RegistrarName = "registrar" });
        await using TubListener listener = new(new TubListenerOptions { MaxConnections = most, MaxConnectionsPerAddress = most });
        IPEndPoint address = listener.Add(tub).Add(relay).Listen(new IPEndPoint(IPAddress.Loopback, port));
        tub.Hints = [ConnectionHint.Tcp(address.Address.ToString(), address.Port)];
        Console.WriteLine(relay.RegistrarFurl);
        await PartCommand.WaitUntilStoppedAsync(stopping);
    }
}
