namespace Foolscap.Relay.Server;

/// <summary>Why a relay refused a connection or a registration.</summary>
public enum RelayRefusal
{
    /// <summary>The Tub was there a moment ago, and did not come back while the caller was held.</summary>
    TubGone,

    /// <summary>The Tub refused.</summary>
    TubRefused,

    /// <summary>The Tub answered with what is no handler.</summary>
    TubAnswerInvalid,

    /// <summary>The caller went away before the Tub had answered.</summary>
    CallerGone,

    /// <summary>The Tub did not answer in time (<see cref="RelayServerOptions.AcceptTimeout"/>).</summary>
    AcceptTimeout,

    /// <summary>A direct connection came with a token that is unknown, or spent.</summary>
    UnknownToken,

    /// <summary>The connection policy denied it.</summary>
    ConnectionPolicy,

    /// <summary>The relay is being shut down.</summary>
    Draining,

    /// <summary><see cref="RelayLimits.MaxStreams"/> is reached.</summary>
    StreamLimit,

    /// <summary><see cref="RelayLimits.MaxStreamsPerTub"/> is reached.</summary>
    StreamLimitOfTub,

    /// <summary><see cref="RelayLimits.MaxStreamsPerAddress"/> is reached.</summary>
    StreamLimitOfAddress,

    /// <summary><see cref="RelayLimits.MaxPendingAcceptsPerTub"/> is reached.</summary>
    PendingAcceptLimit,

    /// <summary><see cref="RelayLimits.AcceptsPerSecondPerTub"/> is reached.</summary>
    AcceptRate,

    /// <summary><see cref="RelayLimits.MaxBufferedBytes"/> is reached.</summary>
    BufferLimit,

    /// <summary>The registration policy denied it.</summary>
    RegistrationPolicy,

    /// <summary><see cref="RelayLimits.MaxRegisteredTubs"/> is reached.</summary>
    RegistrationLimit,

    /// <summary><see cref="RelayLimits.MaxRegisteredTubsPerAddress"/> is reached.</summary>
    RegistrationLimitOfAddress,

    /// <summary><see cref="RelayLimits.RegistrationsPerMinutePerTub"/> is reached.</summary>
    RegistrationRate,
}
