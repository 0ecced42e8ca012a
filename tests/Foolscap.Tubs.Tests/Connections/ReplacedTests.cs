using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests.Connections;

/// <summary>A connection whose peer comes again from elsewhere has a last word; and a connection in doubt can be asked.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ReplacedTests
{
    private static readonly TubOptions Never = new()
    {
        KeepaliveTimeout = Timeout.InfiniteTimeSpan,
        DisconnectTimeout = Timeout.InfiniteTimeSpan,
        WriteTimeout = Timeout.InfiniteTimeSpan,
    };

    private readonly FakeTimeProvider _clock = new();
    private readonly RecordingLoggerFactory _logs = new();
    private readonly TaskCompletionSource<string> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TubPair _pair = null!;
    private TestTub _again = null!;
    private TubConnection _old = null!;
    private TubConnection _client = null!;
    private RemoteReference _listener = null!;

    [TearDown]
    public async Task Stop()
    {
        // The clock stands still: an orderly end over a dead wire would wait for ever.
        _old.Abort("the test is over");
        _client.Abort("the test is over");
        await _again.DisposeAsync();
        await _pair.DisposeAsync();
    }

    [Test]
    public async Task Replaced_CallPostedByTheHandler_ReachesTheOldPeerBeforeItsConnectionEnds([Values] bool clientIsMaster)
    {
        await ConnectAsync(clientIsMaster);
        List<TubConnection> newer = [];
        bool wasOpen = false;
        _old.Replaced += _ => throw new InvalidTimeZoneException("thrown by a handler");
        _old.Replaced += connection =>
        {
            newer.Add(connection);
            wasOpen = !_old.Ended.IsCompleted;
            _listener.CallOnly("replaced", ["by another host"]);
        };

        TubConnection second = await _again.Tub.ConnectAsync(_pair.Server.Furl, TestTime.Token);

        Assert.That(await _told.Task.WithinLimit(), Is.EqualTo("by another host"));
        Assert.That((await _old.Ended.WithinLimit()).Message, Does.Contain("replaced by a newer connection"));
        Assert.That((await _client.Ended.WithinLimit()).Message, Does.Contain("closed the connection"), "an orderly end");
        Assert.That(wasOpen, Is.True);
        Assert.That(newer, Is.EqualTo(new[] { _pair.Server.Tub.Connections.Find(_pair.Client.TubId) }));
        Assert.That(second.Ended.IsCompleted, Is.False);
        Assert.That(_logs.Records.Select(record => record.Exception?.Message), Has.One.EqualTo("thrown by a handler"));
    }

    [Test]
    public async Task Replaced_OldConnectionBlackHoled_TheNewOneIsThereAtOnceAndNothingHangs()
    {
        await ConnectAsync(clientIsMaster: false);
        _pair.Network.Links[0].BlackHole();
        _old.Replaced += _ => _listener.CallOnly("replaced", [new byte[1_000_000]]);

        TubConnection second = await _again.Tub.ConnectAsync(_pair.Server.Furl, TestTime.Token);

        await _old.Ended.WithinLimit();
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(5));
        _clock.Advance(TimeSpan.FromSeconds(5));
        await _old.Closed.WithinLimit();
        Assert.That((_told.Task.IsCompleted, second.Ended.IsCompleted), Is.EqualTo((false, false)));
        _pair.Network.Links[0].Cut();
    }

    [Test]
    public async Task Replaced_ConnectionThatEndsByItself_IsNotRaised()
    {
        await ConnectAsync(clientIsMaster: false);
        int raised = 0;
        _old.Replaced += _ => raised++;

        await _old.CloseAsync().WithinLimit();
        await _again.Tub.ConnectAsync(_pair.Server.Furl, TestTime.Token);

        Assert.That(raised, Is.Zero);
    }

    [Test]
    public async Task Probe_PeerThatIsGone_IsCutAfterTenSeconds()
    {
        await ConnectAsync(clientIsMaster: false);
        _pair.Network.Links[0].BlackHole();
        _old.Probe();
        _old.Probe();
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        Assert.That(_clock.ArmedTimers.Count(due => due == TimeSpan.FromSeconds(10)), Is.EqualTo(1), "one question at a time");

        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.That(_old.Ended.IsCompleted, Is.False);
        _clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.That((await _old.Ended.WithinLimit()).Message, Does.Contain("nothing was received for 10 s"));
    }

    [Test]
    public async Task Probe_PeerThatAnswers_IsKeptAndCanBeAskedAgain()
    {
        await ConnectAsync(clientIsMaster: false);
        for (int i = 0; i < 3; i++)
        {
            long before = _pair.Network.Links[0].BytesToSecond;
            Task asked = _clock.WaitForTimerAsync(TimeSpan.FromSeconds(10));
            while (!asked.IsCompleted)
            {
                _old.Probe(); // nothing, until the question before it is over
                await Task.Yield();
            }

            await asked;

            // Its PONG is in front of the answer.
            await _listener.CallAsync("ok", cancellationToken: TestTime.Token);
            Assert.That(_pair.Network.Links[0].BytesToSecond, Is.GreaterThan(before));
            _clock.Advance(TimeSpan.FromSeconds(10));
            Assert.That(_old.Ended.IsCompleted, Is.False);
        }
    }

    [Test]
    public async Task Probe_ConnectionThatHasEnded_DoesNothing()
    {
        await ConnectAsync(clientIsMaster: false);
        await _old.CloseAsync().WithinLimit();

        Assert.That(_old.Probe, Throws.Nothing);
    }

    /// <summary>Connects the client to the server, which keeps a reference to an object of the client.</summary>
    private async Task ConnectAsync(bool clientIsMaster)
    {
        _pair = TubPair.Create(new TubPairOptions
        {
            ClientIsMaster = clientIsMaster,
            Client = Never,
            Server = Never,
            TimeProvider = _clock,
            LoggerFactory = _logs,
        });

        // The same certificate in another process, as it were.
        _again = new TestTub(_pair.Network, clientIsMaster ? TestCertificates.High : TestCertificates.Low, Never, _clock);
        TaskCompletionSource<RemoteReference> registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RemoteReference registrar = await _pair.GetReferenceAsync(
            new Referenceable().On("register", call => { registered.SetResult(call.Get<RemoteReference>(0)); }));
        Referenceable listener = new Referenceable()
            .On("replaced", call => { _told.SetResult(call.Arguments[0] as string ?? "bytes"); })
            .On("ok", _ => 1);
        await registrar.CallAsync("register", [listener], TestTime.Token);
        _listener = await registered.Task.WithinLimit();
        registrar.Dispose();
        await _listener.CallAsync("ok", cancellationToken: TestTime.Token); // What gives the registrar back is in front of the answer.
        _client = _pair.Client.Tub.Connections.Find(_pair.Server.TubId)!;
        _old = _pair.Server.Tub.Connections.Find(_pair.Client.TubId)!;
    }
}
