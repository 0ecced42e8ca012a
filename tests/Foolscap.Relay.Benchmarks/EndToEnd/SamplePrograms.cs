using Foolscap.Relay.Benchmarks.Network;
using Foolscap.TestUtilities.Processes;

namespace Foolscap.Relay.Benchmarks.EndToEnd;

/// <summary>The samples that are measured, as they were built.</summary>
internal sealed class SamplePrograms
{
    /// <summary>The built RelayHost.</summary>
    public string Relay { get; } = BuiltPrograms.Find("RelayHost");

    /// <summary>The built AttachTub.</summary>
    public string Client { get; } = BuiltPrograms.Find("AttachTub");

    /// <summary>What both have to be told for a way.</summary>
    public static string[] ArgumentsFor(RelayWay way) => way == RelayWay.Messages ? ["--no-direct"] : [];
}
