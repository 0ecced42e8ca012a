namespace Foolscap.Relay;

/// <summary>What a <see cref="DirectStream"/> is made with.</summary>
public sealed record DirectStreamOptions
{
    /// <summary>
    /// What of a budget is reserved for the stream, so that it moves on, slowly, also when nothing else of the budget is left.
    /// Not limited if there is none. It stays the caller's to dispose, once <see cref="DirectStream.Ended"/> has completed.
    /// </summary>
    public BufferReservation? Reservation { get; init; }

    /// <summary>Slows the stream down, in both directions; by default nobody does.</summary>
    public IRelayedStreamPacer? Pacer { get; init; }

    /// <summary>Who sees what passes; nobody by default.</summary>
    public IRelayedStreamObserver? Observer { get; init; }

    /// <summary>Who counts what passes; nobody by default.</summary>
    public IStreamCounter? Counter { get; init; }

    /// <summary>The clock: of the time that is left to bytes which are under way when the stream is reset; the system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
