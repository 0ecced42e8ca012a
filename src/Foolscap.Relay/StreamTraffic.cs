using Foolscap.Relay.Streams;

namespace Foolscap.Relay;

/// <summary>
/// Adds up what streams carry and have carried, by what they count themselves: a byte that passes costs nothing here.
/// Thread-safe.
/// </summary>
public sealed class StreamTraffic
{
    private readonly Lock _gate = new();
    private readonly HashSet<IActiveStream> _active = [];
    private StreamTotals _ended;

    /// <summary>How much it is at this moment. It takes time in proportion to the streams that are active.</summary>
    public StreamTotals Totals
    {
        get
        {
            lock (_gate)
            {
                StreamTotals totals = _ended;
                foreach (IActiveStream stream in _active)
                {
                    totals = totals.Plus(stream, 1, stream.OutboundBytes, stream.InboundBytes);
                }

                return totals;
            }
        }
    }

    /// <summary>A stream is about to start.</summary>
    /// <param name="stream">The stream.</param>
    public void Add(IActiveStream stream)
    {
        lock (_gate)
        {
            _active.Add(stream);
        }
    }

    /// <summary>A stream has not started after all: as if it had never been added.</summary>
    /// <param name="stream">The stream.</param>
    public void Withdraw(IActiveStream stream)
    {
        lock (_gate)
        {
            _active.Remove(stream);
        }
    }

    /// <summary>A stream is over; one that is not there any more changes nothing.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="end">How it has ended.</param>
    public void Remove(IActiveStream stream, StreamEnd end)
    {
        ArgumentNullException.ThrowIfNull(end);
        lock (_gate)
        {
            if (!_active.Remove(stream))
            {
                return;
            }

            _ended = _ended.Plus(stream, 0, end.OutboundBytes, end.InboundBytes);
        }

        // Here because every stream of a host passes once, when nothing holds it any more.
        EndedStreams.Shared.Add();
    }
}
