using System.Net;
using System.Net.Sockets;
using Foolscap.Relay.Soak.Reporting;

namespace Foolscap.Relay.Soak.Churn;

/// <summary>Connects and says nothing, or half a request; goes after a while, or waits until the relay has had enough.</summary>
internal sealed class SilentCaller(int relayPort, SoakCounters counters, Random random)
    : Churner("silent caller", counters, random, longestPause: TimeSpan.FromMilliseconds(500))
{
    protected override async Task RunOnceAsync(CancellationToken stopping)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, relayPort, stopping);
        Counters.AddConnection();
        if (Random.Next(2) == 0)
        {
            await socket.SendAsync("GET /id/aaaa"u8.ToArray(), stopping);
        }

        bool patient = Random.Next(4) == 0;
        TimeSpan patience = patient ? Deadlines.SilentCaller : TimeSpan.FromSeconds(8) * Random.NextDouble();
        using CancellationTokenSource going = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        going.CancelAfter(patience);
        try
        {
            await ReceiveToEndAsync(socket, going.Token);
            Counters.AddEvent("silent caller ended by the relay");
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            if (patient)
            {
                Counters.AddError("silent caller: not ended", $"after {patience.TotalSeconds:0} s");
            }
            else
            {
                Counters.AddEvent("silent caller gone");
            }
        }
    }

    private static async Task ReceiveToEndAsync(Socket socket, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1024];
        while (await socket.ReceiveAsync(buffer, cancellationToken) > 0)
        {
            // A status line.
        }
    }
}
