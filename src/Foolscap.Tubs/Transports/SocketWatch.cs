using System.Net.Sockets;

namespace Foolscap.Tubs.Transports;

/// <summary>
/// Looks at sockets from time to time, for ends that no read or write tells of. One timer for all of them, which runs
/// while there are any; a socket that is idle, with both directions open, is not even asked. Thread-safe.
/// </summary>
internal sealed class SocketWatch(TimeProvider timeProvider)
{
    /// <summary>A reset behind an end waits no longer than this.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Silence is measured in minutes: it is enough to look at every fifth turn.</summary>
    private const int SilenceTurns = 5;

    private readonly Lock _gate = new();
    private readonly HashSet<Entry> _entries = [];
    private readonly List<Entry> _looked = [];
    private ITimer? _timer;
    private int _looking;
    private int _turn;

    /// <summary>The watch of all connections of this process.</summary>
    public static SocketWatch Shared { get; } = new(TimeProvider.System);

    /// <summary>How many sockets are watched.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Watches a connection until the returned object is disposed.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="stream">What is known of its directions.</param>
    /// <param name="onLost">Is called once at most; it must not block.</param>
    public IDisposable Add(Socket socket, SocketStream stream, Action<SocketException> onLost)
    {
        Entry entry = new(this, socket, stream, onLost);
        lock (_gate)
        {
            _entries.Add(entry);
            _timer ??= timeProvider.CreateTimer(static self => ((SocketWatch)self!).Look(), this, Period, Period);
        }

        return entry;
    }

    private void Remove(Entry entry)
    {
        lock (_gate)
        {
            if (_entries.Remove(entry) && _entries.Count == 0)
            {
                _timer?.Dispose();
                _timer = null;
            }
        }
    }

    private void Look()
    {
        if (Interlocked.Exchange(ref _looking, 1) != 0)
        {
            return; // The turn before takes its time.
        }

        try
        {
            LookAtAll();
        }
        finally
        {
            _looked.Clear();
            Volatile.Write(ref _looking, 0);
        }
    }

    private void LookAtAll()
    {
        lock (_gate)
        {
            _looked.AddRange(_entries);
        }

        _turn++;
        for (int i = 0; i < _looked.Count; i++)
        {
            try
            {
                _looked[i].Look((i + _turn) % SilenceTurns == 0);
            }
            catch (Exception)
            {
                // What one of those who are told throws would end the process, and must not keep the others from being told.
            }
        }
    }

    private sealed class Entry(SocketWatch owner, Socket socket, SocketStream stream, Action<SocketException> onLost) : IDisposable
    {
        private PeerSilence _silence;
        private int _over;

        public void Look(bool forSilence)
        {
            bool forReset = stream.IsInputEnded && !stream.IsOutputEnded;
            if ((!forReset && !(forSilence && stream.MayBeUndelivered)) || Volatile.Read(ref _over) != 0)
            {
                return;
            }

            bool wasWritten = stream.TakeWritten();
            if (!TcpInfo.TryGet(socket, out TcpInfo info))
            {
                return;
            }

            if (forReset && info.State == TcpState.Closed && !stream.IsOutputEnded)
            {
                Tell(SocketError.ConnectionReset);
            }
            else if (forSilence && _silence.IsDead(info, owner.TimeProvider))
            {
                Tell(SocketError.TimedOut);
            }
            else if (wasWritten && !info.IsDelivered)
            {
                stream.SetWritten();
            }
        }

        public void Dispose()
        {
            Volatile.Write(ref _over, 1);
            owner.Remove(this);
        }

        private void Tell(SocketError error)
        {
            if (Interlocked.Exchange(ref _over, 1) == 0)
            {
                owner.Remove(this);
                onLost(new SocketException((int)error));
            }
        }
    }

    private TimeProvider TimeProvider => timeProvider;
}
