namespace Foolscap.Tubs;

/// <summary>Why a <see cref="TubListener"/> did not serve a connection.</summary>
public enum ListenerRefusal
{
    /// <summary>It did not send a request that names a Tub.</summary>
    BadRequest,

    /// <summary>Its request was not complete in time.</summary>
    RequestTimeout,

    /// <summary>It named a Tub that is not here.</summary>
    UnknownTub,

    /// <summary>It failed, or gave up, in the negotiation.</summary>
    NegotiationFailed,

    /// <summary>It had not sent its request yet, or was long in negotiating, or held no references, when the place was needed for a newer connection.</summary>
    GaveWay,

    /// <summary>Too many connections are being set up (<see cref="TubListenerOptions.MaxHalfOpenConnections"/>).</summary>
    HalfOpenLimit,

    /// <summary>Too many from this address are being set up (<see cref="TubListenerOptions.MaxHalfOpenConnectionsPerAddress"/>).</summary>
    HalfOpenLimitOfAddress,

    /// <summary>The listener's Tubs have too many connections (<see cref="TubListenerOptions.MaxConnections"/>).</summary>
    ConnectionLimit,

    /// <summary>They have too many from this address (<see cref="TubListenerOptions.MaxConnectionsPerAddress"/>).</summary>
    ConnectionLimitOfAddress,
}
