using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Server.Tests.Observation;

/// <summary>What a host hears of a relay.</summary>
internal sealed class RelayEventTests : RelayFixture
{
    private EventRecorder _events = null!;

    [SetUp]
    public void Record() => _events = new EventRecorder();

    [Test]
    public async Task OnEvent_LifeOfATubAndAStream_ComesInItsOrder()
    {
        await StartAsync(_events.Add);
        ScriptedListener listener = await Test.RegisterAsync();
        await Test.RegisterAsync();
        listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        Test.Time.Advance(TimeSpan.FromSeconds(2));
        await caller.Outside.Output.CompleteAsync(new IOException("reset"));
        await _events.WaitForAsync<StreamEnded>();
        await Test.CallRegistrarAsync(RelayProtocol.Unregister, Test.ClientId, listener);
        Assert.That(
            _events.All.Select(one => one.GetType().Name),
            Is.EqualTo(new[] { "TubRegistered", "TubReplaced", "TubReplaced", "StreamStarted", "StreamEnded", "TubUnregistered" }));
        StreamEnded end = _events.All.OfType<StreamEnded>().Single();
        Assert.Multiple(() =>
        {
            Assert.That((end.TubId, end.Peer, end.IsDirect), Is.EqualTo((Test.Client.TubId, "198.51.100.7:4711", false)));
            Assert.That(end.Duration, Is.EqualTo(TimeSpan.FromSeconds(2)).Within(TimeSpan.FromMilliseconds(1)));
            Assert.That((end.Reason, end.End.IsAborted, end.End.OutboundBytes), Is.EqualTo((StreamEndReason.Reset, true, (long)caller.Request.Length)));
            Assert.That(end.Time, Is.EqualTo(Test.Time.GetUtcNow()));
        });
    }

    [Test]
    public async Task OnEvent_StreamStarted_IsToldAndCountedBeforeItsFirstByte()
    {
        using ManualResetEventSlim told = new();
        long counted = 0;
        TaskCompletionSource telling = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await RestartAsync(new RelayServerOptions
        {
            OnEvent = what =>
            {
                if (what is StreamStarted)
                {
                    counted = Test.Relay.Statistics.TotalStreams;
                    telling.SetResult();
                    told.Wait(TestTime.Limit);
                }
            },
        });
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        ScriptedEnd handler = new();
        (await listener.NextAsync()).Answer(handler);
        await telling.Task.Within("the event");

        Assert.That((counted, handler.Waiting), Is.EqualTo((1, 0)));
        told.Set();
        Assert.That(await handler.TakeAsync(caller.Request.Length), Is.EqualTo(caller.Request));
    }

    [Test]
    public async Task OnEvent_StreamEnded_IsToldWhenItsPlaceIsFree()
    {
        await RestartAsync(new RelayServerOptions
        {
            Limits = new RelayLimits { MaxStreams = 1 },
            OnEvent = what => _ = what is StreamEnded ? Test.CallAsync() : null,
        });
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        await caller.Outside.Output.CompleteAsync(new IOException("reset"));

        await listener.NextAsync(); // Who has called when the end was told is not one too many.
        Assert.That(Test.Refusals(RelayRefusal.StreamLimit), Is.Zero);
    }

    [Test]
    public async Task OnEvent_TubIsLost_TellsWhy()
    {
        await StartAsync(_events.Add);
        await Test.RegisterAsync();
        Test.First.Link.Cut();
        TubUnregistered gone = await _events.WaitForAsync<TubUnregistered>();
        Assert.That(gone.Reason, Is.Not.Empty);
        Assert.That(gone.TubId, Is.EqualTo(Test.Client.TubId));
    }

    [Test]
    public async Task OnEvent_TwoProcessesWithOneCertificate_TellsTheConflictBehindTheReplacement()
    {
        await StartAsync(_events.Add);
        await Test.RegisterAsync();
        ClientTub rival = await Test.ConnectAsync(TestCertificates.High, "192.0.2.99");
        await rival.RegisterAsync();
        await Test.First.ReconnectAsync();
        await Test.RegisterAsync();
        TubConflict conflict = await _events.WaitForAsync<TubConflict>();
        Assert.That(conflict.Rival, Does.StartWith("192.0.2.99:"));
        List<RelayEvent> all = [.. _events.All];
        Assert.That(all[all.IndexOf(conflict) - 1], Is.InstanceOf<TubReplaced>().Or.InstanceOf<TubRegistered>());
    }

    [Test]
    public async Task OnEvent_Refusals_TellWhomAndWhy()
    {
        await RestartAsync(new RelayServerOptions { OnEvent = _events.Add, Limits = new RelayLimits { MaxRegisteredTubs = 1 } });
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (await listener.NextAsync()).Refuse("not now");
        await caller.RefusalAsync();
        ConnectionRefused refused = await _events.WaitForAsync<ConnectionRefused>();
        Assert.That(
            (refused.Refusal, refused.TubId, refused.Peer, refused.Message),
            Is.EqualTo((RelayRefusal.TubRefused, Test.Client.TubId, "198.51.100.7:4711", $"Tub {Test.ClientId} refused: not now")));
        ClientTub other = await Test.ConnectAsync(TestCertificates.Mid);
        await other.RegistrationRefusedAsync();
        RegistrationRefused full = await _events.WaitForAsync<RegistrationRefused>();
        Assert.That((full.Refusal, full.TubId), Is.EqualTo((RelayRefusal.RegistrationLimit, other.Tub.TubId)));
        await (await Test.ConnectDirectAsync("bad")).RefusalAsync();
        Assert.That((await _events.WaitForAsync<ConnectionRefused>(one => one.Refusal == RelayRefusal.UnknownToken)).TubId, Is.Null);
    }

    [Test]
    public async Task OnEvent_Drain_TellsHowMany()
    {
        await StartAsync(_events.Add);
        await Test.RegisterAsync();
        await Test.Relay.DrainAsync(TimeSpan.FromSeconds(4));
        Assert.That(
            await _events.WaitForAsync<DrainStarted>(), Is.EqualTo(new DrainStarted(Test.Time.GetUtcNow(), 1, 0, TimeSpan.FromSeconds(4))));
    }

    [Test]
    public async Task OnEvent_Throws_HarmsNothingAndIsLoggedOnceForMany()
    {
        await StartAsync(_ => throw new InvalidOperationException("the host's mistake"));
        for (int i = 0; i < 5; i++)
        {
            await Test.RegisterAsync();
        }

        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        Assert.That(await handler.TakeAsync(caller.Request.Length), Is.EqualTo(caller.Request));
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(1));
        LogRecord[] lines = [.. Test.Log.Records.Where(record => record.EventId.Id == 3016)];
        Assert.That(lines, Has.Length.EqualTo(1));
        Assert.That(lines[0].Exception, Is.InstanceOf<InvalidOperationException>());
    }

    [Test]
    public async Task OnEvent_AsksTheRelayHowItStands_IsAnswered()
    {
        TaskCompletionSource<int> asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await StartAsync(_ => asked.TrySetResult(Task.Run(() => Test.Relay.GetTubs().Count).WaitAsync(TestTime.Limit).GetAwaiter().GetResult()));
        await Test.RegisterAsync();
        Assert.That(await asked.Task.Within("the answer in the middle of an event"), Is.EqualTo(1));
    }

    [Test]
    public async Task OnEvent_StreamsThatTheRelayOrALossEnds_TellWhich()
    {
        await RestartAsync(new RelayServerOptions { OnEvent = _events.Add, Limits = new RelayLimits { StreamIdleTimeout = TimeSpan.FromSeconds(40) } });
        await RelayOneAsync(await Test.RegisterAsync());
        await Test.PassAsync(TimeSpan.FromSeconds(101));
        await _events.WaitForAsync<StreamEnded>(one => one.Reason == StreamEndReason.Idle);
        await RelayOneAsync(await Test.RegisterAsync());
        Test.First.Link.Cut();
        await _events.WaitForAsync<StreamEnded>(one => one.Reason == StreamEndReason.TubLost);
        await Test.First.ReconnectAsync();
        await RelayOneAsync(await Test.RegisterAsync());
        await Test.Relay.DisposeAsync();
        await _events.WaitForAsync<StreamEnded>(one => one.Reason == StreamEndReason.Stopped);
    }

    private Task StartAsync(Action<RelayEvent> onEvent) => RestartAsync(new RelayServerOptions { OnEvent = onEvent });

    private async Task RelayOneAsync(ScriptedListener listener)
    {
        Caller caller = await Test.CallAsync(pipe: Piping.Boundless);
        (ScriptedEnd handler, _) = await listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
    }
}
