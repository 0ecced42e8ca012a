using Foolscap.Relay.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tests.Direct;

/// <summary>How a direct stream ends when one of its connections is lost: whichever of the two, the other one sees the same.</summary>
[TestFixture(true)]
[TestFixture(false)]
internal sealed class DirectResetTests(bool ofLocal)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private const string TakesNoMore = "The connection takes no more bytes.";

    private readonly FakeTimeProvider _time = new();
    private DirectUnderTest _test = null!;

    private System.IO.Pipelines.IDuplexPipe First => ofLocal ? _test.Local : _test.Remote;

    private System.IO.Pipelines.IDuplexPipe Second => ofLocal ? _test.Remote : _test.Local;

    [SetUp]
    public void Start() => _test = DirectUnderTest.Start(new DirectStreamOptions { TimeProvider = _time });

    [TearDown]
    public async Task CheckEndAsync()
    {
        _test.Stream.Abort("the test is over");
        await _test.EndedAsync();
        Assert.That(_time.ArmedTimers, Is.Empty);
    }

    [Test]
    public async Task Reset_BytesHavePassed_Arrives()
    {
        await First.SendAsync(Piping.Bytes(1000));
        Assert.That(await Second.ReceiveAsync(1000), Is.EqualTo(Piping.Bytes(1000)));
        await DirectUnderTest.ResetAsync(First);
        await Second.ReceiveResetAsync();
        Assert.That(await _test.EndedAsync(), Is.EqualTo(End("reset", 1000, 0)));
        await First.ReceiveResetAsync();
    }

    [Test]
    public async Task Reset_AfterTheOwnEnd_ArrivesAsEndAndReset()
    {
        await First.SendAsync(Piping.Bytes(10));
        await First.Output.CompleteAsync();
        Assert.That(await Second.ReceiveToEndAsync(), Is.EqualTo(Piping.Bytes(10)));
        await First.Input.CompleteAsync();
        await Second.SendAsync(Piping.Bytes(20));
        Assert.That(await _test.EndedAsync(), Is.EqualTo(End(TakesNoMore, 10, 0)));
    }

    [Test]
    public async Task Reset_AfterTheOthersEnd_Arrives()
    {
        await Second.Output.CompleteAsync();
        Assert.That(await First.ReceiveToEndAsync(), Is.Empty);
        await First.SendAsync(Piping.Bytes(10));
        Assert.That(await Second.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10)));
        await DirectUnderTest.ResetAsync(First);
        await Second.ReceiveResetAsync();
        Assert.That((await _test.EndedAsync()).AbortReason, Is.EqualTo("reset"));
    }

    [Test]
    public async Task TakesNoMore_WhatItHasSentStillArrives_ThenTheReset()
    {
        await First.Input.CompleteAsync();
        await Second.SendAsync(Piping.Bytes(10));
        await _time.WaitForTimerAsync(Grace);
        await First.SendAsync(Piping.Bytes(3000, seed: 2));
        Assert.That(await Second.ReceiveAsync(3000), Is.EqualTo(Piping.Bytes(3000, seed: 2)));
        Assert.That(_test.Stream.Ended.IsCompleted, Is.False);
        await First.Output.CompleteAsync();
        await Second.ReceiveResetAsync();
        Assert.That(await _test.EndedAsync(), Is.EqualTo(End(TakesNoMore, 3000, 0)));
    }

    [Test]
    public async Task TakesNoMoreAndSendsNothing_IsCutAfterTheGrace()
    {
        await First.Input.CompleteAsync();
        await Second.SendAsync(Piping.Bytes(10));
        await _time.WaitForTimerAsync(Grace);
        _time.Advance(Grace - TimeSpan.FromMilliseconds(1));
        Assert.That(_test.Stream.Ended.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Second.ReceiveResetAsync();
        Assert.That(await _test.EndedAsync(), Is.EqualTo(End(TakesNoMore, 0, 0)));
    }

    [Test]
    public async Task BothTakeNoMore_IsCutAtOnce()
    {
        await First.Input.CompleteAsync();
        await Second.SendAsync(Piping.Bytes(10));
        await _time.WaitForTimerAsync(Grace);
        await Second.Input.CompleteAsync();
        await First.SendAsync(Piping.Bytes(10));
        Assert.That((await _test.EndedAsync()).AbortReason, Is.EqualTo(TakesNoMore));
    }

    [Test]
    public async Task Reset_AfterBothEnds_ChangesNothing()
    {
        await First.Output.CompleteAsync();
        await Second.Output.CompleteAsync();
        Assert.That(await _test.EndedAsync(), Is.EqualTo(new StreamEnd(null, 0, 0)));
        await First.Input.CompleteAsync(new IOException("reset"));
        Assert.That(await Second.ReceiveToEndAsync(), Is.Empty);
    }

    [Test]
    public async Task Abort_BytesWait_BothAreResetAtOnce()
    {
        await First.SendAsync(Piping.Bytes(100));
        _test.Stream.Abort("the host stops");
        await First.ReceiveResetAsync();
        await Second.ReceiveResetAsync();
        Assert.That((await _test.EndedAsync()).AbortReason, Is.EqualTo("the host stops"));
        _test.Stream.Abort("again");
        Assert.That((await _test.EndedAsync()).AbortReason, Is.EqualTo("the host stops"));
    }

    [Test]
    public async Task Abort_BeforeTheStart_StillLetsGoOfTheConnections()
    {
        DirectUnderTest test = new();
        test.Stream.Abort("the host stops");
        Assert.That(test.Stream.TryDetach(), Is.False);
        test.Stream.Start();
        await test.Local.ReceiveResetAsync();
        await test.Remote.ReceiveResetAsync();
        Assert.That(await test.EndedAsync(), Is.EqualTo(new StreamEnd("the host stops", 0, 0)));
    }

    private StreamEnd End(string reason, long byFirst, long bySecond) =>
        ofLocal ? new StreamEnd(reason, byFirst, bySecond) : new StreamEnd(reason, bySecond, byFirst);
}
