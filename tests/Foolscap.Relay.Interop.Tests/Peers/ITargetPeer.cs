using System.Net;
using Foolscap.Furls;

namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>The Tub C, which listens on loopback, and its object that callers call.</summary>
internal interface ITargetPeer : IAsyncDisposable
{
    /// <summary>The file with its certificate, which its relay client uses as well.</summary>
    string PemFile { get; }

    TubId TubId { get; }

    IPEndPoint EndPoint { get; }

    /// <summary>Puts hints into its location; once only.</summary>
    /// <returns>The FURL of its object.</returns>
    Task<Furl> OfferAsync(IReadOnlyList<ConnectionHint> hints);

    /// <summary>Waits until it has noticed that so many callers, who had said hello, are gone.</summary>
    Task WaitForLostAsync(int count);

    /// <summary>Stops the Tub.</summary>
    Task StopAsync();
}
