namespace Foolscap.Relay.Server;

/// <summary>Why a connection is not relayed any more, roughly; <see cref="StreamEnd.AbortReason"/> says it in words.</summary>
public enum StreamEndReason
{
    /// <summary>Both sides have ended it in order.</summary>
    Completed,

    /// <summary>The caller or the Tub has reset it, or does not answer any more.</summary>
    Reset,

    /// <summary>The connection between relay and client was lost, which carried it.</summary>
    TubLost,

    /// <summary>Nothing has passed for <see cref="RelayLimits.StreamIdleTimeout"/>.</summary>
    Idle,

    /// <summary>The registration policy does not allow the Tub any more.</summary>
    Denied,

    /// <summary>The relay has stopped.</summary>
    Stopped,
}
