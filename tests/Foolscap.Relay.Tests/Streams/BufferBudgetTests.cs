using Foolscap.Relay.Tests.Support;

namespace Foolscap.Relay.Tests.Streams;

/// <summary>What all streams may hold together.</summary>
internal sealed class BufferBudgetTests
{
    private const int Mebibyte = 1024 * 1024;

    [Test]
    public void TryReserve_UntilThreeQuartersAreGone_AndAgainWhenOneIsGivenBack()
    {
        BufferBudget budget = new(Mebibyte);
        List<BufferReservation> reservations = [];
        while (budget.TryReserve(16 * 1024) is BufferReservation reservation)
        {
            reservations.Add(reservation);
        }

        Assert.That((reservations.Count, budget.Reserved), Is.EqualTo((48, 48 * 16 * 1024L)));
        reservations[0].Dispose();
        reservations[0].Dispose();
        Assert.That(budget.Reserved, Is.EqualTo(47 * 16 * 1024L));
        Assert.That(budget.TryReserve(16 * 1024), Is.Not.Null);
        Assert.That(budget.TryReserve(16 * 1024), Is.Null);
    }

    [Test]
    public void GetShare_ShrinksAsTheBudgetFills()
    {
        BufferBudget budget = new(256 * Mebibyte);
        long empty = budget.GetShare();
        List<long> shares = [];
        for (int stream = 0; stream < 1000; stream++)
        {
            shares.Add(budget.GetShare());
            BufferReservation reservation = budget.TryReserve(16 * 1024)!;
            reservation.TryChange(Math.Max(16 * 1024, Math.Min(256 * 1024, budget.GetShare())));
        }

        Assert.Multiple(() =>
        {
            Assert.That(empty, Is.GreaterThan(16 * Mebibyte));
            Assert.That(shares, Is.Ordered.Descending);
            Assert.That(budget.TryReserve(16 * 1024), Is.Not.Null, "A thousand streams at full speed leave room for another one.");
            Assert.That(budget.Reserved, Is.LessThanOrEqualTo(budget.Limit));
        });
    }

    [Test]
    public void TryChange_NoRoom_ChangesNothing()
    {
        BufferBudget budget = new(Mebibyte);
        BufferReservation first = budget.TryReserve(600_000)!;
        BufferReservation second = budget.TryReserve(100_000)!;
        Assert.That(second.TryChange(300_000), Is.False);
        Assert.That(budget.Reserved, Is.EqualTo(700_000));
        Assert.That(first.TryChange(400_000), Is.True);
        Assert.That(second.TryChange(300_000), Is.True);
        second.Dispose();
        Assert.That(second.TryChange(1), Is.False);
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
    public async Task HoldAsync_WindowsAreAllReserved_StillHasItsQuarter()
    {
        BufferBudget budget = new(Mebibyte);
        Assert.That(budget.TryReserve(Mebibyte * 3 / 4), Is.Not.Null);
        await budget.HoldAsync(Mebibyte / 4, CancellationToken.None).AsTask().Within("a quarter");
        Assert.That(budget.Reserved, Is.EqualTo(Mebibyte));
    }

    [Test]
    public void Constructor_LessThanOneMebibyte_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BufferBudget(Mebibyte - 1));
}
