using Foolscap.Relay.Soak.Reporting;
using Foolscap.TestUtilities.Processes;

namespace Foolscap.Relay.Soak.Churn;

/// <summary>Ends a client by SIGKILL or SIGTERM now and then, and starts it again.</summary>
internal sealed class ClientKiller(string name, AttachedClient client, SoakCounters counters, Random random)
    : Churner($"killer of {name}", counters, random, longestPause: TimeSpan.FromSeconds(6))
{
    protected override async Task RunOnceAsync(CancellationToken stopping)
    {
        await Task.Delay(TimeSpan.FromSeconds(3), stopping); // of work before it is killed
        if (Random.Next(2) == 0)
        {
            await client.RestartByKillAsync();
            Counters.AddEvent("client killed");
        }
        else if (await client.RestartBySigtermAsync() is int exitCode and not 0)
        {
            Counters.AddError($"{name}: exit code after SIGTERM", $"{exitCode}");
        }
        else
        {
            Counters.AddEvent("client terminated");
        }
    }
}
