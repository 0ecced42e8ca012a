using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Attachment;

/// <summary>How many connections the relays of one client may have open, and being opened. Thread-safe.</summary>
internal sealed class StreamAllowance(RelayClientOptions options)
{
    private int _streams;
    private int _opening;

    /// <summary>A connection is offered.</summary>
    /// <exception cref="ViolationException">There are too many; the message is for the caller at the far end.</exception>
    public void BeginOpening()
    {
        if (Interlocked.Increment(ref _opening) > options.MaxPendingAccepts)
        {
            EndOpening();
            throw new ViolationException($"{options.MaxPendingAccepts} connections to this Tub are being opened already");
        }

        if (Interlocked.Increment(ref _streams) > options.MaxStreams)
        {
            EndOpening();
            EndStream();
            throw new ViolationException($"this Tub has {options.MaxStreams} relayed connections already");
        }
    }

    /// <summary>The connection is open, or could not be opened.</summary>
    public void EndOpening() => Interlocked.Decrement(ref _opening);

    /// <summary>The connection is over, or could not be opened.</summary>
    public void EndStream() => Interlocked.Decrement(ref _streams);
}
