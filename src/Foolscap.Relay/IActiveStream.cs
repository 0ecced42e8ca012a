namespace Foolscap.Relay;

/// <summary>A stream between a caller and its Tub, in whichever way its bytes travel. Thread-safe.</summary>
public interface IActiveStream
{
    /// <summary>Completes when the stream is over. It never fails.</summary>
    Task<StreamEnd> Ended { get; }

    /// <summary>How many bytes the local connection has given to the other end.</summary>
    long OutboundBytes { get; }

    /// <summary>How many bytes of the other end the local connection has taken.</summary>
    long InboundBytes { get; }

    /// <summary>Ends both directions at once.</summary>
    /// <param name="reason">Why.</param>
    void Abort(string reason);
}
