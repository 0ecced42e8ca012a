using System.Diagnostics;

namespace Foolscap.Relay.Fuzz.Engine;

/// <summary>Where a search is, for whoever watches that it goes on. Written by one thread, read by another.</summary>
internal sealed class Progress(TimeSpan deadline)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _began = Stopwatch.GetTimestamp();
    private long _index;
    private byte[] _input = [];
    private TimeSpan? _total;

    public long Index => Volatile.Read(ref _index);

    public byte[] Input => Volatile.Read(ref _input);

    public TimeSpan Total => _total ?? Stopwatch.GetElapsedTime(_start);

    public bool IsOverdue => UntilDeadline <= TimeSpan.FromMilliseconds(1);

    /// <summary>How long the present input may still take; never less than a millisecond.</summary>
    public TimeSpan UntilDeadline
    {
        get
        {
            TimeSpan left = deadline - Stopwatch.GetElapsedTime(Volatile.Read(ref _began));
            return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
        }
    }

    public void Begin(long index, byte[] input)
    {
        Volatile.Write(ref _input, input);
        Volatile.Write(ref _index, index);
        Volatile.Write(ref _began, Stopwatch.GetTimestamp());
    }

    public void End() => Volatile.Write(ref _index, _index + 1);

    public void Stop()
    {
        _total = Stopwatch.GetElapsedTime(_start);
        Volatile.Write(ref _began, Stopwatch.GetTimestamp());
    }
}
