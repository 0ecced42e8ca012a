using System.Net;

namespace Foolscap.Relay.Faults.Tests.Network;

/// <summary>
/// What is between B, the relay, the client and C: a network whose link between relay and client can swallow everything.
/// B and C are on this test's side of it.
/// </summary>
internal interface IFaultyNetwork : IAsyncDisposable
{
    /// <summary>What it is made of, for whoever reads the run.</summary>
    string Description { get; }

    /// <summary>Where the relay listens.</summary>
    IPAddress RelayListenAddress { get; }

    /// <summary>Where B reaches the relay.</summary>
    IPAddress RelayAddress { get; }

    /// <summary>Where C listens, and the client reaches it.</summary>
    IPAddress TargetAddress { get; }

    /// <summary>What to write in front of a command to have it run at the relay's place.</summary>
    IReadOnlyList<string> RelayPrefix { get; }

    /// <summary>What to write in front of a command to have it run at the client's place.</summary>
    IReadOnlyList<string> ClientPrefix { get; }

    /// <summary>Makes the way over the link from the client to a port of the relay.</summary>
    /// <returns>Where it begins.</returns>
    IPEndPoint OpenWay(int relayPort);

    /// <summary>From now on the link swallows everything: data, ends and resets.</summary>
    Task BreakLinkAsync();

    /// <summary>The link is as it was.</summary>
    Task MendLinkAsync();

    /// <summary>Mends the link, and takes the ways down.</summary>
    Task ResetAsync();
}
