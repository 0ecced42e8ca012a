using System.Collections.Concurrent;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Handshakes;

namespace Foolscap.Tubs.Tests.Handshakes;

/// <summary>Who works when, of those who have something to work on.</summary>
internal sealed class HandshakeTurnsTests
{
    private readonly NegotiationClock _clock = new(Timeout.InfiniteTimeSpan, new FakeTimeProvider());

    [OneTimeTearDown]
    public void Dispose() => _clock.Dispose();

    [Test]
    public async Task EnterAsync_TurnIsFree_IsAtOnce()
    {
        HandshakeTurns turns = new(2);
        (HandshakePlace first, HandshakePlace second) = (turns.TakePlace(_clock), turns.TakePlace(_clock));

        Assert.That(first.EnterAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully, Is.True);
        Assert.That(first.EnterAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully, Is.True, "It has one already.");
        await second.EnterAsync(TestTime.Token);

        Assert.That((turns.Free, turns.Waiting), Is.EqualTo((0, 0)));
        first.Leave();
        first.Leave();
        second.Leave();
        Assert.That(turns.Free, Is.EqualTo(2));
    }

    [Test]
    public async Task EnterAsync_AllAreTaken_TheOldestIsNext_ThoughNewerOnesHadSomethingToDoBefore()
    {
        HandshakeTurns turns = new(1);
        HandshakePlace[] places = [.. Enumerable.Range(0, 4).Select(_ => turns.TakePlace(_clock))];
        await places[3].EnterAsync(TestTime.Token);
        ConcurrentQueue<long> order = new();
        Task[] working = [.. new[] { places[2], places[0], places[1] }.Select(place => WorkAsync(place, order))];

        Assert.That((order.Count, turns.Waiting), Is.EqualTo((0, 3)));
        places[3].Leave();

        await Task.WhenAll(working).WithinLimit();
        Assert.That(order, Is.EqualTo(places[..3].Select(place => place.Number)));
        Assert.That((turns.Free, turns.Waiting), Is.EqualTo((1, 0)));
    }

    /// <summary>What has begun is ended, before more is begun.</summary>
    [Test]
    public async Task EnterAsync_AgainAfterItsPeerHasAnswered_IsBeforeThoseThatCameLater()
    {
        HandshakeTurns turns = new(1);
        HandshakePlace[] places = [.. Enumerable.Range(0, 3).Select(_ => turns.TakePlace(_clock))];
        await places[0].EnterAsync(TestTime.Token);
        ConcurrentQueue<long> order = new();
        Task second = WorkAsync(places[2], order, TestTime.Token);
        places[0].Leave();
        await second.WithinLimit();
        await places[1].EnterAsync(TestTime.Token);
        Task later = WorkAsync(places[2], order);
        Task again = WorkAsync(places[0], order);

        places[1].Leave();

        await Task.WhenAll(later, again).WithinLimit();
        Assert.That(order, Is.EqualTo(new[] { places[2], places[0], places[2] }.Select(place => place.Number)));
    }

    [Test]
    public async Task EnterAsync_CancelledInLine_LeavesIt_AndTheNextIsServed()
    {
        HandshakeTurns turns = new(1);
        HandshakePlace[] places = [.. Enumerable.Range(0, 3).Select(_ => turns.TakePlace(_clock))];
        await places[0].EnterAsync(TestTime.Token);
        using CancellationTokenSource cancelling = new();
        Task cancelled = places[1].EnterAsync(cancelling.Token).AsTask();
        Task next = places[2].EnterAsync(TestTime.Token).AsTask();

        await cancelling.CancelAsync();

        OperationCanceledException? error = await Assert.CatchAsync<OperationCanceledException>(() => cancelled.WithinLimit());
        Assert.That(error!.CancellationToken, Is.EqualTo(cancelling.Token));
        Assert.That(turns.Waiting, Is.EqualTo(1));
        places[1].Leave();
        Assert.That(turns.Waiting, Is.EqualTo(1), "It has no turn that it could give back.");
        places[0].Leave();
        await next.WithinLimit();
        places[2].Leave();
        Assert.That((turns.Free, turns.Waiting), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task EnterAsync_CancelledBefore_IsNotInLine()
    {
        HandshakeTurns turns = new(1);
        (HandshakePlace first, HandshakePlace second) = (turns.TakePlace(_clock), turns.TakePlace(_clock));
        await first.EnterAsync(TestTime.Token);

        Assert.That(
            () => second.EnterAsync(new CancellationToken(canceled: true)).AsTask().WithinLimit(), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(turns.Waiting, Is.Zero);
    }

    /// <summary>A turn and a cancellation that meet are one or the other.</summary>
    [Test]
    public async Task EnterAsync_ManyThatComeGoAndAreCancelled_NeverMoreAtWorkThanTurns_AndNoneIsLost()
    {
        const int Count = 3;
        HandshakeTurns turns = new(Count);
        int working = 0, most = 0, served = 0, cancelled = 0;
        await Task.WhenAll(Enumerable.Range(0, 200).Select(index => Task.Run(async () =>
        {
            using NegotiationClock clock = new(Timeout.InfiniteTimeSpan, TimeProvider.System);
            using CancellationTokenSource cancelling = new();
            HandshakePlace place = turns.TakePlace(clock);
            Task told = index % 4 == 0 ? Task.Run(cancelling.Cancel) : Task.CompletedTask;

            try
            {
                for (int step = 0; step < 20; step++)
                {
                    await place.EnterAsync(cancelling.Token);
                    InterlockedMax(ref most, Interlocked.Increment(ref working));
                    await Task.Yield();
                    Interlocked.Decrement(ref working);
                    place.Leave();
                }

                Interlocked.Increment(ref served);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref cancelled);
            }
            finally
            {
                await told;
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.That((turns.Free, turns.Waiting, working), Is.EqualTo((Count, 0, 0)));
        Assert.That(most, Is.InRange(1, Count));
        Assert.That(served + cancelled, Is.EqualTo(200));
        Assert.That(cancelled, Is.LessThanOrEqualTo(50), "Nobody but those who were told to has gone.");
    }

    private static async Task WorkAsync(HandshakePlace place, ConcurrentQueue<long> order, CancellationToken cancellationToken = default)
    {
        await place.EnterAsync(cancellationToken);
        order.Enqueue(place.Number);
        place.Leave();
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref most)) < value)
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
