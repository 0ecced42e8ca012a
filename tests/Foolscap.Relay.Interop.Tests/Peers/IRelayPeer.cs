using Foolscap.Furls;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>A relay.</summary>
internal interface IRelayPeer : IAsyncDisposable
{
    /// <summary>Where clients register; its only hint leads to <see cref="Port"/> on loopback.</summary>
    Furl RegistrarFurl { get; }

    /// <summary>The one port for all Tubs.</summary>
    int Port { get; }
}
