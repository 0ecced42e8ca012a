namespace Foolscap.Relay.Streams;

/// <summary>
/// How much the other end may send in one direction of a stream. The window follows the rate at which the local connection
/// takes the bytes: a stream that moves much may have much under way, so that a long path does not slow it down; one that
/// moves little, or whose reader is slow, has little; and all of it is reserved first. More than <see cref="Unquestioned"/>
/// is only for a path whose round trip is long enough to need it. The queue's lock guards it.
/// </summary>
/// <param name="initial">The window that the other end starts with; it never becomes smaller.</param>
/// <param name="largest">The window that it may grow to.</param>
/// <param name="reservation">What is reserved for it, the initial window to begin with; none if nothing has to be.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class ReceiveWindow(int initial, int largest, BufferReservation? reservation, TimeProvider timeProvider)
{
    /// <summary>So large a window needs no reason: what runs on a busy machine answers late now and then.</summary>
    public const int Unquestioned = 1024 * 1024;

    /// <summary>A window that is used up in less time than this may be too small for the path; in four times as much, it is too large.</summary>
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(500);

    private readonly RoundTrip _roundTrip = new(timeProvider);
    private readonly int _initial = initial;
    private int _told = initial;
    private long _reserved = initial;
    private long _mark;
    private long _markedAt = timeProvider.GetTimestamp();

    /// <summary>The window as it stands.</summary>
    public int Size { get; private set; } = initial;

    /// <summary>The position up to which the other end may send: the largest sum of what was answered and the window.</summary>
    public long Edge { get; private set; } = initial;

    /// <summary>Bytes have arrived.</summary>
    /// <param name="received">How many since the beginning.</param>
    public void OnReceived(long received) => _roundTrip.OnReceived(received);

    /// <summary>Bytes have been passed on.</summary>
    /// <param name="written">How many since the beginning.</param>
    public void OnWritten(long written)
    {
        if ((largest <= _initial && reservation is null) || written - _mark < Size)
        {
            return;
        }

        long now = timeProvider.GetTimestamp();
        TimeSpan taken = timeProvider.GetElapsedTime(_markedAt, now);
        long wanted = taken < Fast ? Math.Min(GetLarger(written - _mark, taken), largest) : taken > 4 * Fast ? Size / 2 : Size;
        (_mark, _markedAt) = (written, now);
        if (reservation is not null)
        {
            wanted = Math.Min(wanted, _initial + reservation.Budget.GetShare());
        }

        Resize((int)Math.Max(wanted, _initial), written);
    }

    /// <summary>A write is answered.</summary>
    /// <param name="end">The position of its end.</param>
    /// <returns>The window to tell with the answer; none if it is still the one that was told last.</returns>
    public int? OnAnswered(long end)
    {
        _roundTrip.OnOpening(Edge);
        Edge = Math.Max(Edge, end + Size);
        if (_told == Size)
        {
            return null;
        }

        _told = Size;
        return Size;
    }

    /// <summary>Twice as large; but beyond what needs no reason only up to twice what passes in one round trip.</summary>
    private long GetLarger(long count, TimeSpan taken)
    {
        double inRoundTrip = (_roundTrip.Shortest ?? TimeSpan.Zero) / taken * count;
        return Math.Max(Size, Math.Min(2L * Size, Math.Max(Unquestioned, (long)Math.Min(2 * inRoundTrip, largest))));
    }

    private void Resize(int size, long written)
    {
        // What has been granted cannot be taken back: it stays reserved until it is used.
        long needed = Math.Max(size, Edge - written);
        if (reservation is null || needed == _reserved || reservation.TryChange(needed))
        {
            (Size, _reserved) = (size, needed);
        }
    }
}
