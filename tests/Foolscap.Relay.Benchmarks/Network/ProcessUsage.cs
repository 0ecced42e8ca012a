using System.Diagnostics;

namespace Foolscap.Relay.Benchmarks.Network;

/// <summary>What a process that runs takes of the machine.</summary>
internal sealed class ProcessUsage(int processId)
{
    /// <summary>Its bytes in memory.</summary>
    public long Rss
    {
        get
        {
            using Process process = Process.GetProcessById(processId);
            return process.WorkingSet64;
        }
    }

    /// <summary>The time of processors that it has used since it began.</summary>
    public TimeSpan Cpu
    {
        get
        {
            using Process process = Process.GetProcessById(processId);
            return process.TotalProcessorTime;
        }
    }
}
