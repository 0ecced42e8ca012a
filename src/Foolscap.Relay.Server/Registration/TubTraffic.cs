namespace Foolscap.Relay.Server.Registration;

/// <summary>
/// What the streams of one Tub carry and have carried, by what they count themselves: a byte that passes costs nothing here.
/// Thread-safe.
/// </summary>
internal sealed class TubTraffic
{
    private readonly Lock _gate = new();
    private readonly HashSet<IActiveStream> _active = [];
    private long _ended;
    private long _toTub;
    private long _fromTub;

    /// <summary>A stream is about to start.</summary>
    public void Add(IActiveStream stream)
    {
        lock (_gate)
        {
            _active.Add(stream);
        }
    }

    /// <summary>A stream has not started after all.</summary>
    public void Withdraw(IActiveStream stream)
    {
        lock (_gate)
        {
            _active.Remove(stream);
        }
    }

    /// <summary>A stream is over.</summary>
    public void Remove(IActiveStream stream, StreamEnd end)
    {
        lock (_gate)
        {
            if (_active.Remove(stream))
            {
                _ended++;
                _toTub += end.OutboundBytes;
                _fromTub += end.InboundBytes;
            }
        }
    }

    /// <summary>Adds it all up.</summary>
    public (int ActiveStreams, long TotalStreams, long BytesToTub, long BytesFromTub) Sum()
    {
        lock (_gate)
        {
            (long toTub, long fromTub) = (_toTub, _fromTub);
            foreach (IActiveStream stream in _active)
            {
                toTub += stream.OutboundBytes;
                fromTub += stream.InboundBytes;
            }

            return (_active.Count, _ended + _active.Count, toTub, fromTub);
        }
    }
}
