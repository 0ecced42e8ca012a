namespace Foolscap.Tubs.Handshakes;

/// <summary>
/// The line of those whose TLS handshake has something to work on: so many work at once as there are processors, and the
/// oldest comes first. So of many who come at once the first are done early; side by side all would be done late, and
/// together, or not at all if that is too late for them. Thread-safe.
/// </summary>
/// <remarks>
/// A turn is for work alone: whoever waits for its peer has none. The line is no longer than the listeners' half-open
/// connections, of which each is in it once at most. That it is empty is the rule: then a turn costs a lock, and no wait.
/// </remarks>
/// <param name="count">How many work at once.</param>
internal sealed class HandshakeTurns(int count)
{
    private static readonly Comparer<HandshakePlace> OldestFirst =
        Comparer<HandshakePlace>.Create(static (one, other) => one.Number.CompareTo(other.Number));

    private readonly Lock _gate = new();
    private readonly SortedSet<HandshakePlace> _waiting = new(OldestFirst);
    private int _free = count;
    private long _last;

    /// <summary>Those of all listeners: they share the processors.</summary>
    public static HandshakeTurns Shared { get; } = new(Environment.ProcessorCount);

    /// <summary>How many turns nobody has.</summary>
    public int Free
    {
        get
        {
            lock (_gate)
            {
                return _free;
            }
        }
    }

    /// <summary>How many wait for one.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Gives a connection the place behind all who have one.</summary>
    /// <param name="clock">Stands while the connection waits for a turn.</param>
    public HandshakePlace TakePlace(NegotiationClock clock) => new(this, Interlocked.Increment(ref _last), clock);

    /// <summary>Takes a turn, or else waits in line.</summary>
    /// <param name="place">Whose turn.</param>
    /// <param name="wait">Begins the wait; under the lock, so that a turn cannot come before it.</param>
    /// <returns>Whether it has been taken.</returns>
    internal bool TryEnter(HandshakePlace place, Action<HandshakePlace> wait)
    {
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--; // Nobody waits: a turn is free only then.
                return true;
            }

            wait(place);
            _waiting.Add(place);
            return false;
        }
    }

    /// <summary>Leaves the line.</summary>
    /// <returns>Whether it was in it, and so will get no turn.</returns>
    internal bool Withdraw(HandshakePlace place)
    {
        lock (_gate)
        {
            return _waiting.Remove(place);
        }
    }

    /// <summary>Gives a turn back, to the first in line.</summary>
    internal void Leave()
    {
        HandshakePlace? next;
        lock (_gate)
        {
            next = _waiting.Min;
            if (next is null)
            {
                _free++;
                return;
            }

            _waiting.Remove(next);
        }

        next.End(hasTurn: true);
    }
}
