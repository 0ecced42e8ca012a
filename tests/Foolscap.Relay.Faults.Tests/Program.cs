// The relay and the client of the tests that cannot wait for the real times: the same as the samples RelayHost and
// AttachTub, but for those of ShortTimes.
using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Relay.Faults.Tests.Programs;
using Foolscap.Relay.Server;
using Foolscap.Tubs;

switch (args)
{
    case ["relay", string folder, string listen]:
        await RunRelayAsync(folder, IPEndPoint.Parse(listen));
        return 0;
    case ["client", string registrar, string pem, string target]:
        await RunClientAsync(Furl.Parse(registrar), pem, IPEndPoint.Parse(target));
        return 0;
    default:
        Console.Error.WriteLine("Usage: relay FOLDER LISTEN, or client REGISTRAR PEM TARGET");
        return 1;
}

static async Task RunRelayAsync(string folder, IPEndPoint listen)
{
    await using Tub tub = new(TubCertificate.LoadOrCreate(Path.Combine(folder, "relay.pem")), ShortTimes.Tub);
    await using RelayServer relay = new(tub, ShortTimes.Relay);
    await using TubListener listener = new TubListener(ShortTimes.Listener).Add(tub).Add(relay);
    IPEndPoint address = listener.Listen(listen);
    tub.Hints = [ConnectionHint.Tcp(address.Address.ToString(), address.Port)];
    Console.WriteLine(relay.RegistrarFurl);
    await Task.Delay(Timeout.Infinite);
}

static async Task RunClientAsync(Furl registrar, string pem, IPEndPoint target)
{
    await using Tub tub = new(TubCertificate.Load(pem), ShortTimes.Tub);
    await using RelayClient client = RelayClient.Start(tub, [registrar], target, ShortTimes.Client, onStatus: status =>
    {
        if (status.State == RelayState.Registered)
        {
            Console.WriteLine($"attached: {string.Join(',', status.Hints)}");
        }
        else if (status.State == RelayState.Waiting)
        {
            Console.Error.WriteLine($"lost: {status.Reason}");
        }
    });
    await Task.Delay(Timeout.Infinite);
}
