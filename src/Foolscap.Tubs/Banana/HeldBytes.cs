namespace Foolscap.Tubs.Banana;

/// <summary>
/// What the peer of one connection makes this side hold: the message that is arriving, calls that wait for their answers,
/// and answers that wait to be sent. It goes into the Tub's total in whole steps, so that a connection on which only short
/// messages travel never touches what all of them share. Thread-safe.
/// </summary>
internal sealed class HeldBytes(TotalBytes total)
{
    /// <summary>What a connection holds may stay below this uncounted, and nobody is refused because of so little.</summary>
    public const int Step = 64 * 1024;

    /// <summary>So far below zero that what comes and goes afterwards counts no more.</summary>
    private const long Ended = long.MinValue / 2;

    private long _held;

    /// <summary>Whether the peers of all connections together make this side hold too much.</summary>
    public bool IsTotalExceeded => total.IsExceeded;

    /// <summary>Counts bytes; it refuses none, which is up to those who know what for.</summary>
    /// <param name="count">How many; below zero if they are let go.</param>
    public void Add(long count)
    {
        // Each change of what is held belongs to one addition, so the changes of the total add up, whatever their order.
        long held = Interlocked.Add(ref _held, count);
        long change = InSteps(held) - InSteps(held - count);
        if (change != 0)
        {
            total.Add(change);
        }
    }

    /// <summary>The connection has ended: nothing counts any more, whoever still lets go of it. To be called once.</summary>
    public void End() => Add(Ended);

    private static long InSteps(long held) => Math.Max(0, held) / Step * Step;
}
