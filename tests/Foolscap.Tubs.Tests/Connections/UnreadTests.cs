using Foolscap.TestUtilities;
using Foolscap.Tubs.Connections;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Connections;

/// <summary>A peer that talks and does not read: what it leaves with this side must not stay there for ever.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class UnreadTests
{
    private static readonly TubOptions Patient = new()
    {
        KeepaliveTimeout = Timeout.InfiniteTimeSpan,
        DisconnectTimeout = Timeout.InfiniteTimeSpan,
        WriteTimeout = Timeout.InfiniteTimeSpan,
    };

    private const int Answer = (256 * 1024) - 100;

    private readonly SemaphoreSlim _told = new(0);
    private readonly FakeTimeProvider _clock = new();
    private readonly InMemoryNetwork _network = new();
    private HeldLink _link = null!;
    private TestTub _server = null!;
    private Tub _client = null!;
    private RemoteReference _target = null!;

    [TearDown]
    public async Task Stop()
    {
        _target.Connection.Abort("the test is over");
        _server.Tub.Connections.Find(_client.TubId)?.Abort("the test is over");
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task WriteTimeout_PeerThatTalksAndDoesNotRead_IsDropped([Values] bool isPinged)
    {
        TubConnection connection = await ConnectAsync(isPinged
            ? Patient with { KeepaliveTimeout = TimeSpan.FromSeconds(20), DisconnectTimeout = TimeSpan.FromSeconds(60), WriteTimeout = TimeSpan.FromSeconds(60) }
            : Patient with { WriteTimeout = TimeSpan.FromSeconds(60) });
        await AskForMoreThanTheWireHoldsAsync();
        for (int seconds = 0; seconds < 60; seconds += 10)
        {
            Assert.That(connection.Ended.IsCompleted, Is.False, $"after {seconds} s");
            await TellAsync();
            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        await TellAsync();
        _clock.Advance(TimeSpan.FromSeconds(16));

        Assert.That(
            (await connection.Ended.WithinLimit()).Message,
            Does.Contain("does not read: nothing of what waits to be sent was taken for 60 s"));
        await connection.Closed.WithinLimit();
        Assert.That((connection.Outbox.UnsentBytes, connection.Outbox.IsSending), Is.EqualTo((0, false)), "its memory is let go");
        Assert.That(_clock.ArmedTimers, Is.Empty);
    }

    [Test]
    public async Task CloseAsync_PeerThatResetsWhileMuchIsUnsent_Ends()
    {
        TubConnection connection = await ConnectAsync(Patient);
        await AskForMoreThanTheWireHoldsAsync();
        await _link.WaitsForMore.WithinLimit();
        _link.IsResetWhenLeft = true;

        // The reader is over at once, but not because it has said goodbye: nobody else would stop the write.
        await connection.CloseAsync("enough").WithinLimit();

        Assert.That((connection.Outbox.UnsentBytes, connection.Outbox.IsSending), Is.EqualTo((0, false)));
    }

    [Test]
    public async Task WriteTimeout_SlowLinkThatMoves_IsKept()
    {
        TubConnection connection = await ConnectAsync(Patient with { WriteTimeout = TimeSpan.FromSeconds(60) });
        await AskForMoreThanTheWireHoldsAsync(4_000_000);
        for (int i = 0; i < 10; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(59));
            Assert.That(connection.Ended.IsCompleted, Is.False, $"round {i}");
            await _link.LetSomeThroughAsync();
        }
    }

    [Test]
    public async Task WriteTimeout_OnlyTheKernelTellsThatSomethingMoves_IsKeptUntilItStops()
    {
        TubConnection connection = await ConnectAsync(Patient with { WriteTimeout = TimeSpan.FromSeconds(60), DisconnectTimeout = TimeSpan.FromSeconds(60) });
        await AskForMoreThanTheWireHoldsAsync(4_000_000);
        for (int i = 0; i < 60; i++)
        {
            _link.Delivery = new Delivery(i, IsComplete: false);
            _clock.Advance(TimeSpan.FromSeconds(10));
            Assert.That(connection.Ended.IsCompleted, Is.False, $"round {i}");
        }

        _clock.Advance(TimeSpan.FromSeconds(80));
        await connection.Ended.WithinLimit();
    }

    [Test]
    public async Task Probe_PingIsBehindALongMessageThatMoves_IsCutOnceItHasStopped()
    {
        TubConnection connection = await ConnectAsync(Patient);
        await AskForMoreThanTheWireHoldsAsync(4_000_000);
        connection.Probe();
        for (int i = 0; i < 3; i++)
        {
            await _link.LetSomeThroughAsync();
            _clock.Advance(TimeSpan.FromSeconds(10.1));
            await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        }

        _clock.Advance(TimeSpan.FromSeconds(10.1));
        Assert.That((await connection.Ended.WithinLimit()).Message, Does.Contain("nothing was received for 10 s"));
    }

    [Test]
    public async Task Probe_ProcessStoodStill_PeerHasItsTimeAnew()
    {
        TubConnection connection = await ConnectAsync(Patient);
        await AskForMoreThanTheWireHoldsAsync();
        connection.Probe();
        _clock.StandStill(TimeSpan.FromSeconds(100));
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        Assert.That(connection.Ended.IsCompleted, Is.False);
        _clock.Advance(TimeSpan.FromSeconds(10.1));
        await connection.Ended.WithinLimit();
    }

    [Test]
    public async Task WriteTimeout_IdleConnection_IsKept()
    {
        TubConnection connection = await ConnectAsync(Patient with { WriteTimeout = TimeSpan.FromSeconds(60) });
        await connection.Outbox.WaitUntilIdleAsync().WithinLimit();

        _clock.Advance(TimeSpan.FromHours(1));

        Assert.That(connection.Ended.IsCompleted, Is.False);
        Assert.That(_clock.ArmedTimers, Has.Count.EqualTo(1), "one timer a connection");
    }

    [Test]
    public async Task WriteTimeout_TurnedOff_NothingIsWatched()
    {
        TubConnection connection = await ConnectAsync(Patient);
        await AskForMoreThanTheWireHoldsAsync();

        _clock.Advance(TimeSpan.FromHours(1));

        Assert.That(connection.Ended.IsCompleted, Is.False);
        Assert.That(_clock.ArmedTimers, Is.Empty);
    }

    [Test]
    public async Task MaxUnsentBytes_PeerThatAsksForMoreAndDoesNotRead_IsDroppedAtOnce()
    {
        TubConnection connection = await ConnectAsync(Patient with { Limits = new TubLimits { MaxUnsentBytes = 1024 * 1024 } });
        await AskForMoreThanTheWireHoldsAsync();

        // A quarter of the limit each: the first is being sent, and counts as well, three more are within it, the next passes it.
        for (int i = 0; i < 3; i++)
        {
            _target.CallAsync("big", [Answer], TestTime.Token).Observe();
        }

        await TellAsync();
        Assert.That(connection.Ended.IsCompleted, Is.False, "at the limit");
        _target.CallAsync("big", [Answer], TestTime.Token).Observe();

        Assert.That(
            (await connection.Ended.WithinLimit()).Message, Does.Contain("does not read: more than 1048576 bytes of answers wait for it"));
        await connection.Closed.WithinLimit();
        Assert.That((connection.Outbox.UnsentBytes, connection.Outbox.IsSending), Is.EqualTo((0, false)), "its memory is let go");
    }

    [Test]
    public async Task MaxTotalBytes_PeerThatDoesNotReadWhileAllHoldTooMuch_IsDropped()
    {
        TubLimits limits = new() { MaxStringBytes = 65_536, MaxMessageBytes = 65_536, MaxPendingBytes = 65_536, MaxTotalBytes = 1024 * 1024 };
        TubConnection connection = await ConnectAsync(Patient with { Limits = limits });
        _server.Tub.TotalBytes.Add(512 * 1024);
        await AskForMoreThanTheWireHoldsAsync();
        _target.CallAsync("big", [Answer], TestTime.Token).Observe();
        await TellAsync();
        Assert.That(connection.Ended.IsCompleted, Is.False, "at the limit");
        _target.CallAsync("big", [Answer], TestTime.Token).Observe();

        Assert.That((await connection.Ended.WithinLimit()).Message, Does.Contain("bytes of answers wait").And.Contain("MaxTotalBytes"));
        await connection.Closed.WithinLimit();
        Assert.That(_server.Tub.TotalBytes.Count, Is.EqualTo(512 * 1024), "it counts no more");
    }

    [Test]
    public async Task MaxTotalBytes_PeerToWhichLittleIsToBeSentWhileAllHoldTooMuch_IsKept()
    {
        TubLimits limits = new() { MaxStringBytes = 65_536, MaxMessageBytes = 65_536, MaxPendingBytes = 65_536, MaxTotalBytes = 1024 * 1024 };
        TubConnection connection = await ConnectAsync(Patient with { Limits = limits });
        _server.Tub.TotalBytes.Add(2 * 1024 * 1024);
        await AskForMoreThanTheWireHoldsAsync(40_000);
        _target.CallAsync("big", [20_000], TestTime.Token).Observe();
        await TellAsync();

        Assert.That(connection.Ended.IsCompleted, Is.False);
    }

    /// <summary>Connects, and gets a reference to an object that gives long answers.</summary>
    /// <returns>The server's side.</returns>
    private async Task<TubConnection> ConnectAsync(TubOptions serverOptions)
    {
        _server = new TestTub(_network, TestCertificates.High, serverOptions, _clock);
        _link = new HeldLink(_server.Listener);
        _client = new Tub(TestCertificates.Low, Patient with { Dialer = _link }, timeProvider: _clock);
        Referenceable target = new Referenceable()
            .On("big", call => new byte[call.Get<int>(0)])
            .On("tell", _ => { _told.Release(); });
        _target = await _client.GetReferenceAsync(_server.Tub.Register(target), TestTime.Token);
        return _server.Tub.Connections.Find(_client.TubId)!;
    }

    /// <summary>Stops reading, and asks for an answer of which a part stays with the server.</summary>
    private async Task AskForMoreThanTheWireHoldsAsync(int bytes = Answer)
    {
        _link.Hold();
        _target.CallAsync("big", [bytes], TestTime.Token).Observe();
        await _link.Full.WithinLimit();
    }

    /// <summary>Says something, and waits until the server has heard it, and all that was said before.</summary>
    private Task TellAsync()
    {
        _target.CallOnly("tell");
        return _told.WaitAsync(TestTime.Token);
    }
}
