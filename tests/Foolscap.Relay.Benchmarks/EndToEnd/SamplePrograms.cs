using Foolscap.TestUtilities.Processes;

namespace Foolscap.Relay.Benchmarks.EndToEnd;

/// <summary>The samples that are measured, as they were built, and what they can do.</summary>
internal sealed class SamplePrograms
{
    private const string NoDirect = "--no-direct";

    private SamplePrograms(string relay, string client, bool hasDirect) => (Relay, Client, HasDirect) = (relay, client, hasDirect);

    /// <summary>The built RelayHost.</summary>
    public string Relay { get; }

    /// <summary>The built AttachTub.</summary>
    public string Client { get; }

    /// <summary>Whether both know direct connections, and can do without.</summary>
    public bool HasDirect { get; }

    public static async Task<SamplePrograms> FindAsync()
    {
        string relay = BuiltPrograms.Find("RelayHost");
        string client = BuiltPrograms.Find("AttachTub");
        bool[] know = await Task.WhenAll(KnowsNoDirectAsync(relay), KnowsNoDirectAsync(client));
        return new SamplePrograms(relay, client, know.All(knows => knows));
    }

    /// <summary>What both have to be told for a way.</summary>
    public string[] ArgumentsFor(RelayWay way) => HasDirect && way == RelayWay.Messages ? [NoDirect] : [];

    private static async Task<bool> KnowsNoDirectAsync(string assembly)
    {
        await using SampleProcess help = SampleProcess.Start(assembly, "--help");
        try
        {
            await help.ReadLineAsync($"  {NoDirect}", ProcessDeadlines.Process);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // It has ended, and not named the option.
        }
    }
}
