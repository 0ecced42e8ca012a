using Foolscap.Furls;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>A relay's client, which has registered a Tub that listens on loopback.</summary>
internal interface IClientPeer : IAsyncDisposable
{
    /// <summary>The hints of the relay.</summary>
    IReadOnlyList<ConnectionHint> Hints { get; }

    /// <summary>Waits until the Tub is registered once more, after its connection was lost.</summary>
    Task WaitUntilRegisteredAgainAsync();
}
