using System.Security.Cryptography;
using Foolscap.Furls;
using Foolscap.Relay.Soak.Reporting;
using Foolscap.Relay.Soak.Streams;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Soak.Churn;

/// <summary>Asks for Tubs that nobody knows.</summary>
internal sealed class LostCaller(int relayPort, SoakCounters counters, Random random)
    : Churner("lost caller", counters, random, longestPause: TimeSpan.FromMilliseconds(500))
{
    protected override async Task RunOnceAsync(CancellationToken stopping)
    {
        TubId unknown = TubId.FromCertificateHash(RandomNumberGenerator.GetBytes(20));
        using PatternSocket socket = await PatternSocket.ConnectAsync(relayPort);
        Counters.AddConnection();
        await socket.SendAsync(CallerRequest.Make(unknown));
        string answer = await socket.ReceiveTextToEndAsync();
        if (answer == $"HTTP/1.1 404 Not Found: unknown TubID {unknown}\r\n\r\n")
        {
            Counters.AddEvent("unknown TubID");
        }
        else
        {
            Counters.AddError("lost caller: another answer than 404", answer);
        }
    }
}
