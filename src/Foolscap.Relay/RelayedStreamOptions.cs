namespace Foolscap.Relay;

/// <summary>What one end of a relayed stream is made with.</summary>
public sealed record RelayedStreamOptions
{
    /// <summary>
    /// The most bytes that this end takes and has not passed on yet, as long as it has told the other end no other number: what
    /// it told in <c>register</c>'s options or answer.
    /// </summary>
    public int ReceiveWindow { get; init; } = RelayProtocol.DefaultWindow;

    /// <summary>
    /// What that may grow to while the stream moves fast enough to need it; not at all if it is not more than
    /// <see cref="ReceiveWindow"/>, as by default.
    /// </summary>
    public int MaxReceiveWindow { get; init; }

    /// <summary>
    /// What of a budget is reserved for the stream: at first <see cref="ReceiveWindow"/>. Not limited if there is none. It stays
    /// the caller's to dispose, once <see cref="RelayedStream.Ended"/> has completed.
    /// </summary>
    public BufferReservation? Reservation { get; init; }

    /// <summary>Which other streams have to wait for each other with this one when their way is blocked; by default none.</summary>
    public ReadShare? ReadShare { get; init; }

    /// <summary>Slows the stream down, in both directions; by default nobody does.</summary>
    public IRelayedStreamPacer? Pacer { get; init; }

    /// <summary>Who sees what passes; nobody by default.</summary>
    public IRelayedStreamObserver? Observer { get; init; }

    /// <summary>The clock: of the time that is left to bytes which are under way when the stream is aborted, and of rates; the system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
