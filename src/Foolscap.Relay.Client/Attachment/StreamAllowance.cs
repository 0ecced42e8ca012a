using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Attachment;

/// <summary>How many connections the relays of one client may have open, and being opened. Thread-safe.</summary>
internal sealed class StreamAllowance(RelayClientOptions options)
{
    private readonly BufferBudget _budget = new(options.MaxBufferedBytes);
    private int _streams;
    private int _opening;

    /// <summary>A connection is offered.</summary>
    /// <returns>What is reserved for it.</returns>
    /// <exception cref="ViolationException">There are too many; the message is for the caller at the far end.</exception>
    public BufferReservation BeginOpening()
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

        if (_budget.TryReserve(options.FirstWindow) is BufferReservation reservation)
        {
            return reservation;
        }

        EndOpening();
        EndStream();
        throw new ViolationException("the relay's client of this Tub holds as many bytes as it takes");
    }

    /// <summary>The connection is open, or could not be opened.</summary>
    public void EndOpening() => Interlocked.Decrement(ref _opening);

    /// <summary>The connection is over, or could not be opened.</summary>
    public void EndStream(BufferReservation reservation)
    {
        EndStream();
        reservation.Dispose();
    }

    private void EndStream() => Interlocked.Decrement(ref _streams);
}
