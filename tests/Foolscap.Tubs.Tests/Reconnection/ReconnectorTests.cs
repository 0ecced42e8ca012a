using System.Threading.Channels;
using Foolscap.Furls;
using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests.Reconnection;

internal sealed class ReconnectorTests
{
    private static readonly ReconnectorOptions Exact = new() { Jitter = 0 };
    private static readonly TubOptions Quiet = new()
    {
        KeepaliveTimeout = Timeout.InfiniteTimeSpan,
        DisconnectTimeout = Timeout.InfiniteTimeSpan,
    };

    private FakeTimeProvider _clock = null!;
    private TubPair _pair = null!;
    private Furl _furl = null!;
    private Channel<ReconnectorStatus> _statuses = null!;
    private SemaphoreSlim _begun = null!;

    [SetUp]
    public void Create()
    {
        _clock = new FakeTimeProvider();
        _pair = TubPair.Create(new TubPairOptions { TimeProvider = _clock, Client = Quiet, Server = Quiet });
        _furl = _pair.Server.Tub.Register(new Referenceable(), "thing");
        _statuses = Channel.CreateUnbounded<ReconnectorStatus>();
        _begun = new SemaphoreSlim(0);
    }

    [TearDown]
    public async Task Dispose()
    {
        await _pair.DisposeAsync();
        _begun.Dispose();
    }

    [Test]
    public async Task Start_TubThatIsNotThere_IsTriedWithGrowingWaitsUntilItIs()
    {
        _pair.Network.Detach(_pair.Server.Hint);
        await using Reconnector reconnector = Start();
        foreach (int seconds in new[] { 1, 2, 4 })
        {
            ReconnectorStatus waiting = await NextAsync(ReconnectorState.Waiting);
            Assert.That((waiting.RetryIn, waiting.Reason), Is.EqualTo((TimeSpan.FromSeconds(seconds), waiting.Reason as NegotiationException)));
            await _clock.WaitForTimerAsync(waiting.RetryIn);
            if (seconds == 4)
            {
                _pair.Network.Attach(_pair.Server.Hint, _pair.Server.Listener);
            }

            _clock.Advance(waiting.RetryIn);
        }

        await NextAsync(ReconnectorState.Connected);
        await BegunAsync();
        Assert.That(_begun.CurrentCount, Is.Zero, "one session");
    }

    [Test]
    public async Task Session_StableConnectionIsLost_IsTriedAgainAtOnce()
    {
        await using Reconnector reconnector = Start();
        await NextAsync(ReconnectorState.Connected);
        _clock.Advance(TimeSpan.FromSeconds(31));

        _pair.Network.Links[0].Cut();

        ReconnectorStatus waiting = await NextAsync(ReconnectorState.Waiting);
        Assert.That((waiting.RetryIn, waiting.Reason is ConnectionLostException), Is.EqualTo((TimeSpan.Zero, true)));
        await NextAsync(ReconnectorState.Connected);
        await BegunAsync();
        await BegunAsync();
        Assert.That(_begun.CurrentCount, Is.Zero, "two sessions");
    }

    [Test]
    public async Task Session_ConnectionLostSoonAgainAndAgain_WaitsLongerEachTime()
    {
        await using Reconnector reconnector = Start();
        foreach (int seconds in new[] { 1, 2, 4 })
        {
            await NextAsync(ReconnectorState.Connected);
            _pair.Network.Links[^1].Cut();
            ReconnectorStatus waiting = await NextAsync(ReconnectorState.Waiting);
            Assert.That(waiting.RetryIn, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
            await _clock.WaitForTimerAsync(waiting.RetryIn);
            _clock.Advance(waiting.RetryIn);
        }
    }

    [Test]
    public async Task Session_Throws_IsLoggedAsTheReasonAndTriedAgain()
    {
        InvalidOperationException failure = new("broken");
        await using Reconnector reconnector = Reconnector.Start(
            _pair.Client.Tub, _furl, (_, _) => Task.FromException(failure), Exact, status => _statuses.Writer.TryWrite(status));

        Assert.That((await NextAsync(ReconnectorState.Waiting)).Reason, Is.SameAs(failure));
    }

    [Test]
    public async Task DisposeAsync_InASession_CancelsItAndKeepsTheConnection()
    {
        Reconnector reconnector = Start();
        await NextAsync(ReconnectorState.Connected);

        await reconnector.DisposeAsync().WithinLimit();
        await reconnector.DisposeAsync().WithinLimit();

        Assert.That(reconnector.Status.State, Is.EqualTo(ReconnectorState.Stopped));
        Assert.That(_pair.Client.Tub.Connections.Find(_pair.Server.TubId)!.HeldReferences, Is.Zero, "its reference is given back");
    }

    [Test]
    public async Task DisposeAsync_WhileItWaits_EndsTheWait()
    {
        _pair.Network.Detach(_pair.Server.Hint);
        Reconnector reconnector = Start();
        await NextAsync(ReconnectorState.Waiting);

        await reconnector.DisposeAsync().WithinLimit();

        Assert.That(_clock.ArmedTimers, Is.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Tub_IsStopped_ItStopsToo(bool isInASession)
    {
        if (!isInASession)
        {
            _pair.Network.Detach(_pair.Server.Hint);
        }

        await using Reconnector reconnector = Start();
        await NextAsync(isInASession ? ReconnectorState.Connected : ReconnectorState.Waiting);

        await _pair.Client.Tub.DisposeAsync().WithinLimit();

        ReconnectorStatus stopped = await NextAsync(ReconnectorState.Stopped);
        Assert.That(stopped.Reason, isInASession ? Is.InstanceOf<ConnectionLostException>() : Is.InstanceOf<NegotiationException>());
    }

    private Reconnector Start() => Reconnector.Start(
        _pair.Client.Tub,
        _furl,
        (_, token) =>
        {
            _begun.Release();
            return Task.Delay(Timeout.Infinite, token);
        },
        Exact,
        status => _statuses.Writer.TryWrite(status));

    /// <summary>Waits for the beginning of one more session, which comes behind the status.</summary>
    private Task BegunAsync() => _begun.WaitAsync(TestTime.Token);

    private async Task<ReconnectorStatus> NextAsync(ReconnectorState state)
    {
        while (true)
        {
            ReconnectorStatus status = await _statuses.Reader.ReadAsync(TestTime.Token);
            if (status.State == state)
            {
                return status;
            }
        }
    }
}
