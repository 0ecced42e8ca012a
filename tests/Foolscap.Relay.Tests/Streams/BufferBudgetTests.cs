using Foolscap.Relay.Tests.Support;

namespace Foolscap.Relay.Tests.Streams;

/// <summary>What all streams may hold together.</summary>
internal sealed class BufferBudgetTests
{
    private const int Mebibyte = 1024 * 1024;

    [Test]
    public void TryReserve_UntilSevenEighthsAreGone_AndAgainWhenOneIsGivenBack()
    {
        BufferBudget budget = new(Mebibyte);
        List<BufferReservation> reservations = [];
        while (budget.TryReserve(16 * 1024) is BufferReservation reservation)
        {
            reservations.Add(reservation);
        }

        Assert.That((reservations.Count, budget.Reserved), Is.EqualTo((56, 56 * 16 * 1024L)));
        reservations[0].Dispose();
        reservations[0].Dispose();
        Assert.That(budget.Reserved, Is.EqualTo(55 * 16 * 1024L));
        Assert.That(budget.TryReserve(16 * 1024), Is.Not.Null);
        Assert.That(budget.TryReserve(16 * 1024), Is.Null);
    }

    [Test]
    public void ChangeLimit_BelowWhatIsReserved_GivesNothingUntilEnoughHasComeBack()
    {
        BufferBudget budget = new(4 * Mebibyte);
        BufferReservation first = budget.TryReserve(Mebibyte)!;
        BufferReservation second = budget.TryReserve(Mebibyte)!;
        budget.ChangeLimit(Mebibyte);
        Assert.That((budget.Limit, budget.Reserved, budget.GetShare()), Is.EqualTo((Mebibyte, 2L * Mebibyte, Mebibyte / 16)));
        first.Dispose();
        Assert.That(budget.TryReserve(1), Is.Null);
        second.Dispose();
        Assert.That(budget.TryReserve(1), Is.Not.Null);
    }

    [Test]
    public void ChangeLimit_BelowWhatHasGrown_LeavesNoShare()
    {
        BufferBudget budget = new(16 * Mebibyte);
        BufferReservation grown = budget.TryReserve(1024)!;
        Assert.That(grown.TryChange(3 * Mebibyte), Is.True);
        budget.ChangeLimit(4 * Mebibyte);
        Assert.That(budget.GetShare(), Is.Zero);
        Assert.That(grown.TryChange(2 * Mebibyte), Is.True, "It may shrink.");
    }

    [Test]
    public async Task ChangeLimit_Raised_LetsThoseReadWhoWait()
    {
        BufferBudget budget = new(Mebibyte);
        await budget.HoldAsync(Mebibyte, CancellationToken.None);
        Task waiting = budget.HoldAsync(1000, CancellationToken.None).AsTask();
        Assert.That(waiting.IsCompleted, Is.False);
        budget.ChangeLimit(2 * Mebibyte);
        await waiting.Within("room");
        Assert.Throws<ArgumentOutOfRangeException>(() => budget.ChangeLimit(Mebibyte - 1));
    }

    [Test]
    public void DefaultBudget_TenThousandStreams_OfWhichAThousandHaveGrown()
    {
        BufferBudget budget = new(256 * Mebibyte);
        List<long> shares = [budget.GetShare()];
        for (int stream = 0; stream < 10_000; stream++)
        {
            BufferReservation? reservation = budget.TryReserve(16 * 1024);
            Assert.That(reservation, Is.Not.Null, $"There is no room for stream {stream}.");
            if (stream < 1000)
            {
                Assert.That(reservation!.TryChange((16 * 1024) + Math.Min(240 * 1024, budget.GetShare())), Is.True);
                shares.Add(budget.GetShare());
            }
        }

        Assert.Multiple(() =>
        {
            Assert.That(shares[0], Is.EqualTo(16 * Mebibyte));
            Assert.That(shares, Is.Ordered.Descending);
            Assert.That(budget.Reserved, Is.LessThanOrEqualTo(budget.Limit));
        });
    }

    [Test]
    public void TryChange_NoRoomToGrow_ChangesNothing()
    {
        BufferBudget budget = new(Mebibyte);
        BufferReservation first = budget.TryReserve(100_000)!;
        BufferReservation second = budget.TryReserve(100_000)!;
        Assert.That(first.TryChange(300_000), Is.True);
        Assert.That(second.TryChange(200_000), Is.False);
        Assert.That(budget.Reserved, Is.EqualTo(400_000));
        Assert.That(first.TryChange(50_000), Is.True, "It may always give back.");
        Assert.That(budget.Reserved, Is.EqualTo(200_000), "The first bytes stay reserved.");
        Assert.That(second.TryChange(200_000), Is.True);
        second.Dispose();
        Assert.That(second.TryChange(1), Is.False);
        Assert.That(budget.Reserved, Is.EqualTo(100_000));
    }

    [Test]
    public async Task HoldAsync_NoRoom_GoesOnWhenAStreamEnds()
    {
        BufferBudget budget = new(Mebibyte);
        BufferReservation stream = budget.TryReserve(700_000)!;
        await budget.HoldAsync(300_000, CancellationToken.None);
        Task waiting = budget.HoldAsync(100_000, CancellationToken.None).AsTask();
        Assert.That(waiting.IsCompleted, Is.False);
        stream.Dispose();
        await waiting.Within("the one that waits");
        Assert.That(budget.Reserved, Is.EqualTo(400_000));
    }

    [Test]
    public async Task HoldAsync_NoRoom_WaitsItsTurn()
    {
        BufferBudget budget = new(Mebibyte);
        await budget.HoldAsync(800_000, CancellationToken.None);
        Task second = budget.HoldAsync(400_000, CancellationToken.None).AsTask();
        Task small = budget.HoldAsync(1, CancellationToken.None).AsTask();
        Assert.That((second.IsCompleted, small.IsCompleted), Is.EqualTo((false, false)), "A small one must not pass a large one.");

        budget.Release(800_000);
        await second.Within("the second");
        await small.Within("the small one");
        Assert.That(budget.Reserved, Is.EqualTo(400_001));
    }

    [Test]
    public async Task HoldAsync_Cancelled_HoldsNothingAndLetsTheNextOneOn()
    {
        BufferBudget budget = new(Mebibyte);
        await budget.HoldAsync(800_000, CancellationToken.None);
        using CancellationTokenSource stopping = new();
        Task waiting = budget.HoldAsync(1_000_000, stopping.Token).AsTask();
        Task next = budget.HoldAsync(300_000, CancellationToken.None).AsTask();
        await stopping.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => waiting.Within("the end of the wait"));

        budget.Release(800_000);
        await next.Within("the next one");
        Assert.That(budget.Reserved, Is.EqualTo(300_000));
    }

    [Test]
    public async Task HoldAsync_WindowsAreAllReserved_StillHasItsEighth()
    {
        BufferBudget budget = new(Mebibyte);
        Assert.That(budget.TryReserve(Mebibyte * 7 / 8), Is.Not.Null);
        await budget.HoldAsync(Mebibyte / 8, CancellationToken.None).AsTask().Within("an eighth");
        Assert.That(budget.Reserved, Is.EqualTo(Mebibyte));
    }

    [Test]
    public void Constructor_LessThanOneMebibyte_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BufferBudget(Mebibyte - 1));
}
