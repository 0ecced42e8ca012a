using Foolscap.Relay.Streams;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tests.Streams;

/// <summary>How a window follows the rate of its stream, within the budget.</summary>
internal sealed class ReceiveWindowTests
{
    private const int Initial = 16 * 1024;
    private const int Largest = 256 * 1024;

    private readonly FakeTimeProvider _time = new();

    [Test]
    public void FastStream_DoublesUpToTheLargest()
    {
        ReceiveWindow window = new(Initial, Largest, reservation: null, _time);
        List<int?> told = [];
        long position = 0;
        for (int step = 0; step < 8; step++)
        {
            position = Pass(window, position, window.Size);
            told.Add(window.OnAnswered(position));
        }

        Assert.That(told, Is.EqualTo(new int?[] { 32 * 1024, 64 * 1024, 128 * 1024, 256 * 1024, null, null, null, null }));
        Assert.That(window.Edge, Is.EqualTo(position + Largest));
    }

    [TestCase(1, ReceiveWindow.Unquestioned, TestName = "ShortPath_NoMoreThanNeedsNoReason")]
    [TestCase(150, 16 * 1024 * 1024, TestName = "LongPath_GrowsToTheLargest")]
    public void Path_FastSender_WindowIsAsLargeAsItsRoundTripNeeds(int roundTrip, int expected)
    {
        ReceiveWindow window = new(Initial, 16 * 1024 * 1024, reservation: null, _time);
        long position = 0;
        for (int round = 0; round < 20; round++)
        {
            // A sender that always waits for the window, and a link of 100 MB/s.
            int size = window.Size;
            _time.Advance(TimeSpan.FromSeconds(Math.Max(roundTrip / 1000.0, size / 100e6)));
            window.OnReceived(position + size);
            position = Pass(window, position, size);
            window.OnAnswered(position);
        }

        Assert.That(window.Size, Is.EqualTo(expected));
    }

    [Test]
    public void MediumPath_StopsAtTwiceWhatPassesInOneRoundTrip()
    {
        ReceiveWindow window = new(Initial, 16 * 1024 * 1024, reservation: null, _time);
        long position = 0;
        for (int round = 0; round < 40; round++)
        {
            int size = window.Size;
            _time.Advance(TimeSpan.FromSeconds(Math.Max(0.02, size / 100e6)));
            window.OnReceived(position + size);
            position = Pass(window, position, size);
            window.OnAnswered(position);
        }

        Assert.That(window.Size, Is.InRange(2_000_000, 6_000_000), "100 MB/s in 20 ms are 2 MB");
    }

    [Test]
    public void SlowStream_StaysSmall()
    {
        ReceiveWindow window = new(Initial, Largest, reservation: null, _time);
        long position = 0;
        for (int step = 0; step < 8; step++)
        {
            _time.Advance(TimeSpan.FromSeconds(0.6));
            position = Pass(window, position, Initial);
            Assert.That(window.OnAnswered(position), Is.Null);
        }
    }

    [Test]
    public void StreamThatBecomesSlow_ShrinksToTheFirstWindow_AndGivesBackWhatIsUsed()
    {
        BufferBudget budget = new(8 * 1024 * 1024);
        BufferReservation reservation = budget.TryReserve(Initial)!;
        ReceiveWindow window = new(Initial, Largest, reservation, _time);
        long position = 0;
        while (window.Size < Largest)
        {
            position = Pass(window, position, window.Size);
            window.OnAnswered(position);
        }

        Assert.That(budget.Reserved, Is.EqualTo(Largest));
        for (int step = 0; step < 100; step++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            position = Pass(window, position, Initial);
            window.OnAnswered(position);
            Assert.That(window.Edge - position, Is.LessThanOrEqualTo(budget.Reserved), "More may come than is reserved.");
        }

        Assert.That((window.Size, budget.Reserved), Is.EqualTo((Initial, (long)Initial)));
    }

    [Test]
    public void FullBudget_WindowDoesNotGrow_AndGrowsWhenThereIsRoom()
    {
        BufferBudget budget = new(1024 * 1024);
        BufferReservation other = budget.TryReserve(1)!;
        other.TryChange(256 * 1024);
        ReceiveWindow window = new(Initial, Largest, budget.TryReserve(Initial), _time);
        long position = Pass(window, 0, Initial);
        Assert.That((window.OnAnswered(position), window.Size), Is.EqualTo(((int?)null, Initial)));

        other.Dispose();
        position = Pass(window, position, Initial);
        Assert.That(window.OnAnswered(position), Is.EqualTo(2 * Initial));
    }

    [Test]
    public void BudgetFills_LargeWindowShrinks_AndItsEdgeStays()
    {
        BufferBudget budget = new(8 * 1024 * 1024);
        ReceiveWindow window = new(Initial, Largest, budget.TryReserve(Initial), _time);
        long position = 0;
        while (window.Size < Largest)
        {
            position = Pass(window, position, window.Size);
            window.OnAnswered(position);
        }

        long edge = window.Edge;
        Assert.That(budget.TryReserve(1)!.TryChange(1_700_000), Is.True);
        position = Pass(window, position, Largest);
        int? told = window.OnAnswered(position);
        Assert.Multiple(() =>
        {
            Assert.That(told, Is.InRange(Initial, Largest / 2));
            Assert.That(window.Edge, Is.EqualTo(edge + told));
        });
    }

    /// <summary>Lets the local connection take bytes, in pieces.</summary>
    private static long Pass(ReceiveWindow window, long position, int count)
    {
        for (int piece = 0; piece < 4; piece++)
        {
            position += count / 4;
            window.OnWritten(position);
        }

        return position;
    }
}
