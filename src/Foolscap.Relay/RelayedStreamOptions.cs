namespace Foolscap.Relay;

/// <summary>What one end of a relayed stream is made with.</summary>
public sealed record RelayedStreamOptions
{
    /// <summary>
    /// The most bytes that this end takes and has not passed on yet: what it told the other end in <c>register</c>'s options
    /// or answer.
    /// </summary>
    public int ReceiveWindow { get; init; } = RelayProtocol.DefaultWindow;

    /// <summary>Who sees what passes; nobody by default.</summary>
    public IRelayedStreamObserver? Observer { get; init; }

    /// <summary>The clock of the time that is left to bytes which are under way when the stream is aborted; the system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
