using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Server.Tests.Interception;

/// <summary>Connections for which the Tub's client opens one of its own.</summary>
internal sealed class DirectTests : RelayFixture
{
    [Test]
    public async Task Register_ClientThatKnowsOfIt_IsToldThatTheRelayDoesToo()
    {
        Assert.That(await AnswerAsync(), Contains.Key(RelayProtocol.DirectKey).WithValue(true));
        await RestartAsync(new RelayServerOptions { DirectConnections = false });
        Assert.That(await AnswerAsync(), Does.Not.ContainKey(RelayProtocol.DirectKey));

        async Task<Dictionary<object, object?>> AnswerAsync() =>
            (Dictionary<object, object?>)(await Test.CallRegistrarAsync(RelayProtocol.Register, Test.ClientId, new ScriptedListener(), DirectOptions()))!;
    }

    [Test]
    public async Task Accept_ClientThatDoesNotAnnounceIt_GetsNoToken()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        await Test.CallAsync();
        Assert.That((await listener.NextAsync()).Info.Keys, Is.EqualTo(new[] { RelayProtocol.PeerKey }));
    }

    [Test]
    public async Task Accept_RelayWithoutDirectConnections_GivesNoToken()
    {
        await RestartAsync(new RelayServerOptions { DirectConnections = false });
        ScriptedListener listener = await RegisterAsync();
        await Test.CallAsync();
        Assert.That((await listener.NextAsync()).Info.Keys, Is.EqualTo(new[] { RelayProtocol.PeerKey }));
        Assert.That(
            await (await Test.ConnectDirectAsync("0")).RefusalAsync(),
            Does.StartWith("HTTP/1.1 400 Bad Request: this is a Foolscap Tub, which takes GET /id/TUBID only"));
    }

    [Test]
    public async Task Accept_Tokens_AreLongAndNeverTheSame()
    {
        ScriptedListener listener = await RegisterAsync();
        await Test.CallAsync();
        await Test.CallAsync();
        string[] tokens = [(await listener.NextAsync()).Token, (await listener.NextAsync()).Token];
        Assert.That(tokens, Is.Unique.And.All.Matches("^[0-9a-f]{40}$"), "160 bits");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Direct_BeforeOrAfterTheAnswer_BecomesOneCopyWithTheCallersConnection(bool before)
    {
        ScriptedListener listener = await RegisterAsync();
        Caller caller = await Test.CallAsync(pipe: Piping.Boundless);
        await caller.Outside.SendAsync(Piping.Bytes(100));
        Acceptance acceptance = await listener.NextAsync();
        if (!before)
        {
            acceptance.Answer(null);
            await Test.RoundTripAsync();
            Assert.That(caller.Outside.IsSilent(), Is.True);
        }

        DirectPeer direct = await Test.ConnectDirectAsync(acceptance.Token, "early"u8.ToArray());
        byte[] expected = [.. caller.Request, .. Piping.Bytes(100)];
        Assert.That(await direct.Outside.ReceiveAsync(expected.Length), Is.EqualTo(expected));
        Assert.That(await caller.Outside.ReceiveAsync(5), Is.EqualTo("early"u8.ToArray()));
        if (before)
        {
            acceptance.Answer(null);
        }

        await caller.Outside.Output.CompleteAsync();
        Assert.That(await direct.Outside.ReceiveToEndAsync(), Is.Empty);
        await direct.Outside.SendAsync(Piping.Bytes(3000));
        await direct.Outside.Output.CompleteAsync();
        Assert.That(await caller.Outside.ReceiveToEndAsync(), Is.EqualTo(Piping.Bytes(3000)));
        await Test.UntilAsync(() => Test.Relay.Statistics.ActiveStreams == 0, "the end of the stream");
        Assert.That(
            Test.Relay.Statistics is { TotalStreams: 1, TotalDirectStreams: 1, ActiveDirectStreams: 0, BytesFromTubs: 3005 } statistics
                && statistics.BytesToTubs == expected.Length,
            Is.True);
    }

    [Test]
    public async Task Direct_TokenUsedTwice_TheSecondIs404AndTheFirstStands()
    {
        ScriptedListener listener = await RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        DirectPeer direct = await Test.ConnectDirectAsync(acceptance.Token);
        await direct.Outside.ReceiveAsync(caller.Request.Length);
        Assert.That(await (await Test.ConnectDirectAsync(acceptance.Token)).RefusalAsync(), Is.EqualTo("HTTP/1.1 404 Not Found: unknown token"));
        await caller.Outside.SendAsync(Piping.Bytes(10));
        Assert.That(await direct.Outside.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10)));
        Assert.That(Test.Refusals(RelayRefusal.UnknownToken), Is.EqualTo(1));
    }

    [TestCase("")]
    [TestCase("0123456789abcdef0123456789abcdef01234567")]
    [TestCase("a/b")]
    public async Task Direct_UnknownToken_Is404(string token)
    {
        await RegisterAsync();
        Assert.That(await (await Test.ConnectDirectAsync(token)).RefusalAsync(), Is.EqualTo("HTTP/1.1 404 Not Found: unknown token"));
        Assert.That(Test.Refusals(RelayRefusal.UnknownToken), Is.EqualTo(1));
    }

    [Test]
    public async Task Accept_NoneAndNoConnectionInTime_Is503AndTheTokenIsSpent()
    {
        ScriptedListener listener = await RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        acceptance.Answer(null);
        await Test.Time.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        await Test.RoundTripAsync();
        Test.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(await caller.RefusalAsync(), Is.EqualTo($"HTTP/1.1 503 Service Unavailable: Tub {Test.ClientId} did not answer within 10 s"));
        Assert.That(await (await Test.ConnectDirectAsync(acceptance.Token)).RefusalAsync(), Does.EndWith("unknown token"));
    }

    [Test]
    public async Task Accept_NoneWithoutAToken_IsNoHandler()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        (await listener.NextAsync()).Answer(null);
        Assert.That(await caller.RefusalAsync(), Does.EndWith("answered with no handler of its own"));
    }

    [Test]
    public async Task Accept_HandlerWithoutAConnection_IsTheMessagePathAndSpendsTheToken()
    {
        ScriptedListener listener = await RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        ScriptedEnd handler = new();
        acceptance.Answer(handler);
        Assert.That(await handler.TakeAsync(caller.Request.Length), Is.EqualTo(caller.Request));
        Assert.That(await (await Test.ConnectDirectAsync(acceptance.Token)).RefusalAsync(), Does.EndWith("unknown token"));
        Assert.That(Test.Relay.Statistics.TotalDirectStreams, Is.Zero);
    }

    [Test]
    public async Task Accept_HandlerAlthoughTheTokenWasUsed_IsAbortedAndTheConnectionStands()
    {
        ScriptedListener listener = await RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        DirectPeer direct = await Test.ConnectDirectAsync(acceptance.Token);
        await direct.Outside.ReceiveAsync(caller.Request.Length);
        ScriptedEnd handler = new();
        acceptance.Answer(handler);
        Assert.That((await handler.NextAsync("abort")).Text, Is.EqualTo("it came by a direct connection"));
        await caller.Outside.SendAsync(Piping.Bytes(10));
        Assert.That(await direct.Outside.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10)));
    }

    [Test]
    public async Task Accept_ErrorAnswer_SpendsTheToken()
    {
        ScriptedListener listener = await RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        acceptance.Refuse("asleep");
        Assert.That(await caller.RefusalAsync(), Does.EndWith("refused: asleep"));
        Assert.That(await (await Test.ConnectDirectAsync(acceptance.Token)).RefusalAsync(), Does.EndWith("unknown token"));
    }

    [Test]
    public async Task Accept_CallerGoesAway_SpendsTheToken()
    {
        ScriptedListener listener = await RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        await caller.Outside.Output.CompleteAsync(new IOException("reset"));
        await Test.UntilAsync(() => Test.Refusals(RelayRefusal.CallerGone) == 1, "the end of the offer");
        Assert.That(await (await Test.ConnectDirectAsync(acceptance.Token)).RefusalAsync(), Does.EndWith("unknown token"));
    }

    [Test]
    public async Task Direct_ConnectionToTheClientIsLost_TheStreamStands()
    {
        (Caller caller, DirectPeer direct) = await OpenAsync();
        Test.Registrar.Connection.Abort("the test cuts it");
        await Test.Registrar.Connection.Disconnected.CancelledWithinLimit();
        await caller.Outside.SendAsync(Piping.Bytes(10));
        Assert.That(await direct.Outside.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10)));
        await direct.Outside.SendAsync(Piping.Bytes(20));
        Assert.That(await caller.Outside.ReceiveAsync(20), Is.EqualTo(Piping.Bytes(20)));
    }

    [Test]
    public async Task Direct_IsLost_OnlyItsCallerIsReset()
    {
        (Caller first, DirectPeer lost) = await OpenAsync();
        (Caller second, DirectPeer other) = await OpenAsync();
        await lost.Outside.Output.CompleteAsync(new IOException("reset"));
        await first.Outside.ReceiveResetAsync();
        await second.Outside.SendAsync(Piping.Bytes(10));
        Assert.That(await other.Outside.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10)));
        await Test.UntilAsync(() => Test.Relay.Statistics.ActiveDirectStreams == 1, "the end of the lost one");
    }

    [Test]
    public async Task Limits_DirectStreams_CountAsLongAsTheyLive()
    {
        await RestartAsync(new RelayServerOptions { Limits = new RelayLimits { MaxStreamsPerTub = 1 } });
        (Caller caller, DirectPeer direct) = await OpenAsync();
        Assert.That(await (await Test.CallAsync()).RefusalAsync(), Does.Contain("as many connections to this Tub as it takes"));
        await caller.Outside.Output.CompleteAsync();
        await direct.Outside.Output.CompleteAsync();
        await Test.UntilAsync(() => Test.Relay.Statistics.ActiveStreams == 0, "the end of the stream");
        Assert.That(Test.Relay.Statistics.ReservedBytes, Is.Zero);
        await OpenAsync();
    }

    [Test]
    public async Task IdleTimeout_NothingPasses_BothAreReset()
    {
        await RestartAsync(new RelayServerOptions { Limits = new RelayLimits { StreamIdleTimeout = TimeSpan.FromSeconds(100) } });
        (Caller caller, DirectPeer direct) = await OpenAsync();
        for (int i = 0; i < 10; i++)
        {
            Test.Time.Advance(TimeSpan.FromSeconds(25.1));
        }

        await caller.Outside.ReceiveResetAsync();
        await direct.Outside.ReceiveResetAsync();
    }

    [Test]
    public async Task Rate_OfATub_HoldsItsDirectStreamsBack()
    {
        await RestartAsync(new RelayServerOptions { Limits = new RelayLimits { BytesPerSecondPerTub = 1000 } });
        (Caller caller, DirectPeer direct) = await OpenAsync();
        await caller.Outside.SendAsync(Piping.Bytes(3000));
        Assert.That(await direct.Outside.ReceiveAsync(3000), Is.EqualTo(Piping.Bytes(3000)));
        await caller.Outside.SendAsync(Piping.Bytes(10, seed: 2));
        await Test.Time.WaitForTimerAsync(due => due > TimeSpan.FromSeconds(2) && due < TimeSpan.FromSeconds(3));
        Assert.That(direct.Outside.IsSilent(), Is.True);
        Test.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.That(await direct.Outside.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10, seed: 2)));
    }

    [Test]
    public async Task Drain_DirectStream_IsWaitedForAndThenAborted()
    {
        (Caller caller, DirectPeer direct) = await OpenAsync();
        TimeSpan limit = TimeSpan.FromSeconds(31); // None of the other timers has this time.
        Task<bool> draining = Test.Relay.DrainAsync(limit);
        await caller.Outside.SendAsync(Piping.Bytes(10));
        Assert.That(await direct.Outside.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10)));
        Assert.That(draining.IsCompleted, Is.False);
        await Test.Time.WaitForTimerAsync(limit);
        Test.Time.Advance(limit + TimeSpan.FromSeconds(0.1));
        Assert.That(await draining.Within("the end of the drain"), Is.False);
        await Test.Relay.DisposeAsync();
        await caller.Outside.ReceiveResetAsync();
        await direct.Outside.ReceiveResetAsync();
    }

    [Test]
    public async Task Drain_TokenThatWasGivenBefore_IsGoodForNothing()
    {
        ScriptedListener listener = await RegisterAsync();
        Caller caller = await Test.CallAsync();
        Acceptance acceptance = await listener.NextAsync();
        Task<bool> draining = Test.Relay.DrainAsync(TimeSpan.FromSeconds(30));
        Assert.That(await caller.RefusalAsync(), Does.EndWith("this relay is being shut down"));
        Assert.That(await (await Test.ConnectDirectAsync(acceptance.Token)).RefusalAsync(), Does.EndWith("unknown token"));
        Assert.That(await draining.Within("the end of the drain"), Is.True);
    }

    [Test]
    public async Task Policy_TubIsTakenOff_ItsDirectStreamsEndToo()
    {
        ListedTubs listed = new();
        EventRecorder events = new();
        await RestartAsync(new RelayServerOptions { RegistrationPolicy = listed, PolicyRecheckInterval = TimeSpan.FromSeconds(60), OnEvent = events.Add });
        (Caller caller, DirectPeer direct) = await OpenAsync();
        listed.IsOpen = false;
        Test.Time.Advance(TimeSpan.FromSeconds(60));
        await caller.Outside.ReceiveResetAsync();
        await direct.Outside.ReceiveResetAsync();
        StreamEnded end = await events.WaitForAsync<StreamEnded>();
        Assert.That((end.Reason, end.IsDirect, end.TubId), Is.EqualTo((StreamEndReason.Denied, true, Test.Client.TubId)));
        Assert.That(end.End.AbortReason, Does.Contain("not on the list"));
    }

    private static Dictionary<object, object?> DirectOptions() => new() { [RelayProtocol.DirectKey] = true };

    private async Task<ScriptedListener> RegisterAsync()
    {
        ScriptedListener listener = new();
        await Test.CallRegistrarAsync(RelayProtocol.Register, Test.ClientId, listener, DirectOptions());
        return listener;
    }

    /// <summary>A stream on which the request has arrived.</summary>
    private async Task<(Caller Caller, DirectPeer Direct)> OpenAsync()
    {
        ScriptedListener listener = await RegisterAsync();
        Caller caller = await Test.CallAsync(pipe: Piping.Boundless);
        Acceptance acceptance = await listener.NextAsync();
        acceptance.Answer(null);
        DirectPeer direct = await Test.ConnectDirectAsync(acceptance.Token);
        await direct.Outside.ReceiveAsync(caller.Request.Length);
        return (caller, direct);
    }

    /// <summary>Lets everybody in, or nobody.</summary>
    private sealed class ListedTubs : IRegistrationPolicy
    {
        public bool IsOpen { get; set; } = true;

        public ValueTask<AdmissionDecision> DecideAsync(RegistrationRequest request, CancellationToken cancellationToken) =>
            new(IsOpen ? AdmissionDecision.Allow : AdmissionDecision.Deny("not on the list"));
    }
}
