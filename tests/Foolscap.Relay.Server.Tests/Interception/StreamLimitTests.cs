using System.Net;
using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Moq;

namespace Foolscap.Relay.Server.Tests.Interception;

/// <summary>Every limit and policy for which a caller is refused: what he reads, what is counted and logged, and that others go on.</summary>
internal sealed class StreamLimitTests : RelayFixture
{
    [Test]
    public async Task Call_AsManyAsTheRelayCarries_NextIsRefusedUntilOneEnds()
    {
        await RestartAsync(new RelayLimits { MaxStreams = 1 });
        (Caller caller, ScriptedEnd handler) = await RelayAsync();
        await AssertRefusedAsync(
            await Test.CallAsync(), RelayRefusal.StreamLimit, "this relay carries as many connections as it takes, try again later");
        await AssertAliveAsync(caller, handler);
        await caller.Outside.Output.CompleteAsync(new IOException("reset"));
        await handler.NextAsync("abort");
        await Test.Log.WaitForAsync(record => record.EventId.Id == 3004);
        await Test.UntilAsync(() => Test.Relay.Statistics.ActiveStreams == 0, "the end of the stream");
        await Test.CallAsync();
        await Listener.NextAsync();
    }

    [Test]
    public async Task Call_AsManyAsOneTubTakes_NextIsRefusedAndOtherTubsAreNot()
    {
        await RestartAsync(new RelayLimits { MaxStreamsPerTub = 1 });
        (Caller caller, ScriptedEnd handler) = await RelayAsync();
        await AssertRefusedAsync(
            await Test.CallAsync(), RelayRefusal.StreamLimitOfTub, "this relay carries as many connections to this Tub as it takes, try again later");
        await AssertAliveAsync(caller, handler);
        ClientTub other = await Test.ConnectAsync(TestCertificates.Mid);
        ScriptedListener listener = await other.RegisterAsync();
        await Test.CallAsync(other.Id);
        await listener.NextAsync();
    }

    [Test]
    public async Task Call_AsManyAsOneAddressMay_NextIsRefusedAndOtherAddressesAreNot()
    {
        await RestartAsync(new RelayLimits { MaxStreamsPerAddress = 1 });
        (Caller caller, ScriptedEnd handler) = await RelayAsync();
        await AssertRefusedAsync(
            await Test.CallAsync(),
            RelayRefusal.StreamLimitOfAddress,
            "this relay carries as many connections from this address as it takes, try again later");
        await AssertAliveAsync(caller, handler);
        await Test.CallFromAsync("203.0.113.9");
        await Listener.NextAsync();
    }

    [Test]
    public async Task Call_AsManyAsTheTubMayLeaveUnanswered_NextWaitsUntilItAnswers()
    {
        await RestartAsync(new RelayLimits { MaxPendingAcceptsPerTub = 1 });
        await Test.CallAsync();
        Acceptance first = await Listener.NextAsync();
        Caller second = await Test.CallAsync();
        await Test.RoundTripAsync();
        Assert.That(Listener.Waiting, Is.Zero, "The Tub is offered more at once than it may be.");
        first.Answer(new ScriptedEnd());
        (await Listener.NextAsync()).Refuse("enough");
        Assert.That(await second.RefusalAsync(), Does.EndWith("refused: enough"));
    }

    [Test]
    public async Task Call_TubLeavesAsManyUnansweredAsItMay_NextIsRefusedAfterItsTime_ThoughTheCallersAreGone()
    {
        await RestartAsync(new RelayLimits { MaxPendingAcceptsPerTub = 1 });
        Caller first = await Test.CallAsync();
        await Listener.NextAsync();
        await first.Outside.Output.CompleteAsync(new IOException("reset"));
        await Test.UntilAsync(() => Test.Refusals(RelayRefusal.CallerGone) == 1, "the end of the first caller");
        Caller second = await Test.CallAsync();
        await Test.Time.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        Test.Time.Advance(TimeSpan.FromSeconds(10.1));
        Assert.That(await second.RefusalAsync(), Is.EqualTo($"HTTP/1.1 503 Service Unavailable: Tub {Test.ClientId} has not answered 1 others yet"));
        Assert.That(Listener.Waiting, Is.Zero);
    }

    [Test]
    public async Task Call_MoreThanTheRateOfATub_IsRefusedUntilTimeHasPassed()
    {
        await RestartAsync(new RelayLimits { AcceptsPerSecondPerTub = 1 });
        await Test.CallAsync();
        await Test.CallAsync();
        await Listener.NextAsync();
        await Listener.NextAsync();
        await AssertRefusedAsync(await Test.CallAsync(), RelayRefusal.AcceptRate, $"Tub {Test.ClientId} is offered 1 connections a second already");
        Test.Time.Advance(TimeSpan.FromSeconds(1.01));
        await Test.CallAsync();
        await Listener.NextAsync();
    }

    [Test]
    public async Task Call_PolicyDenies_IsRefusedBeforeTheTubIsAsked()
    {
        Mock<IConnectionPolicy> policy = new();
        policy.Setup(one => one.DecideAsync(It.IsAny<StreamRequest>(), It.IsAny<CancellationToken>()))
            .Returns((StreamRequest request, CancellationToken _) => new(
                request.CallerAddress!.ToString() == "198.51.100.7:4711" ? AdmissionDecision.Deny("not from there") : AdmissionDecision.Allow));
        await RestartAsync(new RelayServerOptions { ConnectionPolicy = policy.Object });
        Listener = await Test.RegisterAsync();
        await AssertRefusedAsync(await Test.CallAsync(), RelayRefusal.ConnectionPolicy, "not from there");
        Assert.That(Listener.Waiting, Is.Zero);
        await Test.CallFromAsync("203.0.113.9");
        await Listener.NextAsync();
        policy.Verify(one => one.DecideAsync(
            new StreamRequest(Test.Client.TubId, IPEndPoint.Parse("198.51.100.7:4711")), It.IsAny<CancellationToken>()));
    }

    [Test]
    public async Task Call_PolicyNeverAnswers_IsRefusedAfterItsTimeout()
    {
        Mock<IConnectionPolicy> policy = new();
        policy.Setup(one => one.DecideAsync(It.IsAny<StreamRequest>(), It.IsAny<CancellationToken>()))
            .Returns(new ValueTask<AdmissionDecision>(new TaskCompletionSource<AdmissionDecision>().Task));
        await RestartAsync(new RelayServerOptions { ConnectionPolicy = policy.Object });
        await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        await Test.Time.WaitForTimerAsync(TimeSpan.FromSeconds(5));
        Test.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.That(await caller.RefusalAsync(), Is.EqualTo(
            "HTTP/1.1 503 Service Unavailable: this relay cannot decide at the moment whether that is allowed"));
    }

    [Test]
    public async Task Call_BudgetIsReserved_IsRefusedUntilAStreamEnds()
    {
        await RestartAsync(new RelayServerOptions { InitialWindow = 500_000, Window = 500_000, Limits = new RelayLimits { MaxBufferedBytes = 1024 * 1024 } });
        Listener = await Test.RegisterAsync();
        (Caller caller, ScriptedEnd handler) = await RelayAsync();
        await Test.UntilAsync(() => Test.Relay.Statistics.ReservedBytes == 500_000, "the end of what the request has taken");
        await AssertRefusedAsync(await Test.CallAsync(), RelayRefusal.BufferLimit, "this relay holds as many bytes as it takes, try again later");
        await AssertAliveAsync(caller, handler);
        await caller.Outside.Output.CompleteAsync(new IOException("reset"));
        await handler.NextAsync("abort");
        await Test.UntilAsync(() => Test.Relay.Statistics.ReservedBytes == 0, "the end of the reservation");
        await RelayAsync();
    }

    [Test]
    public async Task Call_RateOfATubInBytes_SlowsItsStreamsAndNoOthers()
    {
        await RestartAsync(new RelayLimits { BytesPerSecondPerTub = 1000 });
        (Caller caller, ScriptedEnd handler) = await RelayAsync();
        await caller.Outside.SendAsync(Piping.Bytes(3000));
        await handler.TakeAsync(3000);
        await caller.Outside.SendAsync(Piping.Bytes(10));
        await Test.Time.WaitForTimerAsync(due => due.TotalSeconds is > 2 and < 2.5);
        ClientTub other = await Test.ConnectAsync(TestCertificates.Mid);
        ScriptedListener listener = await other.RegisterAsync();
        Caller fast = await Test.CallAsync(other.Id);
        (ScriptedEnd free, _) = await listener.AcceptAsync();
        await free.TakeAsync(fast.Request.Length);

        Assert.That(handler.Waiting, Is.Zero, "More came than the rate allows.");
        Test.Time.Advance(TimeSpan.FromSeconds(2.5));
        Assert.That(await handler.TakeAsync(10), Is.EqualTo(Piping.Bytes(10)));
    }

    [Test]
    public async Task Call_RateOfAllInBytes_SlowsWhatComesFromATub()
    {
        await RestartAsync(new RelayLimits { BytesPerSecond = 1000 });
        Caller caller = await Test.CallAsync();
        (ScriptedEnd handler, Tubs.RemoteReference responder) = await Listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        Task<object?> write = responder.CallAsync("write", [Piping.Bytes(3000)]);
        Assert.That(await caller.Outside.ReceiveAsync(3000), Is.EqualTo(Piping.Bytes(3000)));
        await Test.Time.WaitForTimerAsync(due => due.TotalSeconds is > 2 and < 2.5);
        Assert.That(write.IsCompleted, Is.False, "Its answer, which would invite more, has to wait.");
        Test.Time.Advance(TimeSpan.FromSeconds(2.5));
        await write.Within("the answer to the write");
    }

    [Test]
    public async Task Call_RefusedOnes_LeaveNothingBehind()
    {
        await RestartAsync(new RelayLimits { MaxStreams = 2, MaxStreamsPerTub = 2, MaxStreamsPerAddress = 2, MaxPendingAcceptsPerTub = 1 });
        for (int i = 0; i < 10; i++)
        {
            Caller caller = await Test.CallAsync();
            (await Listener.NextAsync()).Refuse("not now");
            Assert.That(await caller.RefusalAsync(), Does.EndWith("refused: not now"));
        }

        Assert.That(Test.Refusals(RelayRefusal.TubRefused), Is.EqualTo(10));
        await RelayAsync();
    }

    [Test]
    public async Task Call_FloodOfRefusals_IsOneLineInTenSecondsWithItsCount()
    {
        await RestartAsync(new RelayLimits { MaxStreamsPerTub = 1 });
        await RelayAsync();
        for (int i = 0; i < 30; i++)
        {
            await (await Test.CallAsync()).RefusalAsync();
        }

        Assert.That(Lines(), Has.Count.EqualTo(1));
        Test.Time.Advance(TimeSpan.FromSeconds(10.01));
        await (await Test.CallAsync()).RefusalAsync();
        Assert.That(Lines(), Has.Count.EqualTo(2));
        Assert.That(Lines()[1], Does.StartWith("Connections that were refused for this reason since the last such line: 30;").And.Contain("198.51.100.7:4711").And.Contain(Test.ClientId));
    }

    [Test]
    public async Task Call_HostWhoseAbortThrows_IsStillRefusedAndKeepsNobodyOut()
    {
        const int Limit = 5; // As many are told at once why they are refused.
        await RestartAsync(new RelayLimits { MaxStreams = Limit });
        for (int i = 0; i < Limit; i++)
        {
            await RelayAsync();
        }

        for (int i = 0; i < 2 * Limit; i++)
        {
            DuplexPipePair pipe = new();
            byte[] request = new Caller(null, Test.ClientId, null).Request;
            await pipe.Second.SendAsync(request);
            _ = Test.Relay.HandleAsync(Tubs.TransportConnection.FromPipe(pipe.First, new IPEndPoint(IPAddress.Loopback, 1000 + i), () => throw new InvalidOperationException("broken")));
            await pipe.Second.Output.CompleteAsync();
            Assert.That(System.Text.Encoding.UTF8.GetString(await pipe.Second.ReceiveToEndAsync()), Does.StartWith("HTTP/1.1 503 "), $"the refusal of caller {i}");
        }

        Assert.That(Test.Log.Records.Where(record => record.EventId.Id == 3006), Is.Empty);
        Assert.That(await (await Test.CallAsync()).RefusalAsync(), Does.StartWith("HTTP/1.1 503 "));
    }

    private ScriptedListener Listener { get; set; } = null!;

    private async Task RestartAsync(RelayLimits limits)
    {
        await RestartAsync(new RelayServerOptions { Limits = limits });
        Listener = await Test.RegisterAsync();
    }

    private async Task<(Caller Caller, ScriptedEnd Handler)> RelayAsync()
    {
        Caller caller = await Test.CallAsync();
        (ScriptedEnd handler, _) = await Listener.AcceptAsync();
        await handler.TakeAsync(caller.Request.Length);
        return (caller, handler);
    }

    private async Task AssertRefusedAsync(Caller caller, RelayRefusal reason, string message)
    {
        Assert.That(await caller.RefusalAsync(), Is.EqualTo($"HTTP/1.1 503 Service Unavailable: {message}"));
        Assert.That(Test.Refusals(reason), Is.EqualTo(1));
        Assert.That(Test.Relay.Statistics.TotalRefusals, Is.EqualTo(1));
        Assert.That(Lines().Single(), Does.Contain("198.51.100.7:4711").And.Contain(Test.ClientId).And.EndWith(message));
    }

    private static async Task AssertAliveAsync(Caller caller, ScriptedEnd handler)
    {
        await caller.Outside.SendAsync(Piping.Bytes(10));
        Assert.That(await handler.TakeAsync(10), Is.EqualTo(Piping.Bytes(10)));
    }

    private List<string> Lines() => [.. Test.Log.Records.Where(record => record.EventId.Id == 3007 && !record.Message.Contains("did not answer", StringComparison.Ordinal)).Select(record => record.Message)];
}
