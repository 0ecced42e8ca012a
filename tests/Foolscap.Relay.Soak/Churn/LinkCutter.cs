using Foolscap.Relay.Soak.Processes;
using Foolscap.Relay.Soak.Reporting;
using Foolscap.TestUtilities.Processes;

namespace Foolscap.Relay.Soak.Churn;

/// <summary>Cuts a client's connection to the relay now and then, and waits until the client has registered again.</summary>
internal sealed class LinkCutter(string name, CuttableLink link, AttachedClient client, SoakCounters counters, Random random)
    : Churner($"cutter of {name}", counters, random, longestPause: TimeSpan.FromSeconds(8))
{
    protected override async Task RunOnceAsync(CancellationToken stopping)
    {
        await Task.Delay(TimeSpan.FromSeconds(2), stopping); // of work before it is cut
        link.Cut();
        await client.WaitUntilAttachedAsync();
        Counters.AddEvent("link cut");
    }
}
