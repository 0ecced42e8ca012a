using Foolscap.Relay.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tests;

/// <summary>What is under way when a stream is aborted still arrives, within a bound.</summary>
internal sealed class GraceTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private FakeTimeProvider _time = null!;
    private RelayedStreamOptions _options = null!;

    [SetUp]
    public void CreateOptions()
    {
        _time = new FakeTimeProvider();
        _options = new RelayedStreamOptions { TimeProvider = _time };
    }

    [Test]
    public async Task AbortByTheOtherEnd_BytesWait_AreWrittenBeforeTheReset()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(options: _options, local: Piping.Unbuffered);
        Task<object?>[] answers = [test.BeginWrite(Piping.Bytes(1000)), test.BeginWrite(Piping.Bytes(2000, seed: 2))];
        Assert.That(await test.CallAsync("abort", "no more"), Is.Null);
        Assert.That(test.Stream.Ended.IsCompleted, Is.False, "It is not over before its bytes have arrived.");

        Assert.That(await test.Outside.ReceiveAsync(1000), Is.EqualTo(Piping.Bytes(1000)));
        Assert.That(await test.Outside.ReceiveAsync(2000), Is.EqualTo(Piping.Bytes(2000, seed: 2)));
        await test.Outside.ReceiveResetAsync();
        await Task.WhenAll(answers).Within("the answers to what has arrived");
        Assert.That(await test.EndedAsync(), Is.EqualTo(new StreamEnd("aborted by the other end: no more", 0, 3000)));
        await test.Tubs.UntilReleasedAsync(1);
        Assert.That(_time.ArmedTimers, Is.Empty);
    }

    [Test]
    public async Task AbortByTheOtherEnd_AfterItsClose_ComesBehindTheEnd()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(options: _options, local: Piping.Unbuffered);
        Task<object?> answer = test.BeginWrite(Piping.Bytes(1000));
        await test.CallAsync("close");
        await test.CallAsync("abort", "no more");
        Assert.That(await test.Outside.ReceiveToEndAsync(), Is.EqualTo(Piping.Bytes(1000)));
        await answer.Within("the answer to what has arrived");
        Assert.That((await test.EndedAsync()).AbortReason, Is.EqualTo("aborted by the other end: no more"));
    }

    [Test]
    public async Task AbortByTheOtherEnd_LocalConnectionIsNotReadAnyMore()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(options: _options, local: Piping.Unbuffered);
        _ = test.BeginWrite(Piping.Bytes(1000));
        await test.CallAsync("abort", "no more");
        Task sending = test.Outside.Output.WriteAsync(Piping.Bytes(10)).AsTask();
        await test.Tubs.RoundTripAsync();
        Assert.That(test.Peer.Waiting, Is.Zero);
        Assert.That(await test.Outside.ReceiveAsync(1000), Is.EqualTo(Piping.Bytes(1000)));
        Assert.That((await test.EndedAsync()).OutboundBytes, Is.Zero);
        await Assert.ThatAsync(() => sending, Throws.TypeOf<IOException>());
        Assert.That(test.Peer.Waiting, Is.Zero);
    }

    [Test]
    public async Task AbortByTheOtherEnd_LateCalls_ChangeNothing()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(options: _options, local: Piping.Unbuffered);
        _ = test.BeginWrite(Piping.Bytes(1000));
        await test.CallAsync("abort", "no more");
        Assert.That((await StreamUnderTest.RefusedAsync(() => test.WriteAsync(Piping.Bytes(1)))).RemoteMessage, Is.EqualTo("the stream is over"));
        await StreamUnderTest.RefusedAsync(() => test.CallAsync("write", 5));
        Assert.That(await test.CallAsync("close"), Is.Null);
        Assert.That(await test.CallAsync("abort", "again"), Is.Null);
        Assert.That(await test.Outside.ReceiveAsync(1000), Is.EqualTo(Piping.Bytes(1000)));
        await test.Outside.ReceiveResetAsync();
        Assert.That(await test.EndedAsync(), Is.EqualTo(new StreamEnd("aborted by the other end: no more", 0, 1000)));
    }

    [Test]
    public async Task AbortByTheOtherEnd_ReaderStandsStill_IsCutAfterTheGrace()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(options: _options, local: Piping.Unbuffered);
        Task<object?> answer = test.BeginWrite(Piping.Bytes(1000));
        await test.CallAsync("abort", "no more");
        _time.Advance(Grace - TimeSpan.FromMilliseconds(1));
        await test.Tubs.RoundTripAsync();
        Assert.That(test.Stream.Ended.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(await test.EndedAsync(), Is.EqualTo(new StreamEnd("aborted by the other end: no more", 0, 0)));
        await StreamUnderTest.RefusedAsync(() => answer.Within("an error answer"));
        await test.Outside.ReceiveResetAsync();
        await test.Tubs.UntilReleasedAsync(1);
    }

    [Test]
    public async Task AbortByTheHost_WhileBytesOfAnAbortedStreamWait_CutsAtOnce()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(options: _options, local: Piping.Unbuffered);
        _ = test.BeginWrite(Piping.Bytes(1000));
        await test.CallAsync("abort", "no more");
        test.Stream.Abort("the host stops");
        Assert.That((await test.EndedAsync()).AbortReason, Is.EqualTo("aborted by the other end: no more"));
        Assert.That(_time.ArmedTimers, Is.Empty);
        Assert.That(test.Peer.Waiting, Is.Zero);
    }

    [Test]
    public async Task AbortByTheOtherEnd_BeforeTheStart_BytesAreWrittenAfterIt()
    {
        await using StreamUnderTest test = await StreamUnderTest.CreateAsync(_options, Piping.Boundless);
        Task<object?> answer = test.BeginWrite(Piping.Bytes(1000));
        await test.CallAsync("abort", "no more");
        Assert.That(test.Stream.Ended.IsCompleted, Is.False);
        await test.StartAsync();
        await answer.Within("the answer to what has arrived");
        Assert.That(await test.EndedAsync(), Is.EqualTo(new StreamEnd("aborted by the other end: no more", 0, 1000)));
        await test.Tubs.UntilReleasedAsync(1);
        Assert.That(test.Peer.Waiting, Is.Zero);
    }

    [Test]
    public async Task AbortByTheOtherEnd_BeforeTheStart_CanStillBeDetached()
    {
        await using StreamUnderTest test = await StreamUnderTest.CreateAsync(_options);
        await test.CallAsync("abort", "no more");
        Assert.That(test.Stream.TryDetach("refused"), Is.True);
        await test.Local.SendAsync(Piping.Bytes(20));
        Assert.That(await test.Outside.ReceiveAsync(20), Is.EqualTo(Piping.Bytes(20)));
        _time.Advance(Grace);
        Assert.That(test.Outside.IsSilent(), Is.True, "The connection is the caller's.");
    }

    [Test]
    public async Task ConnectionLost_BytesWait_AreWrittenBeforeTheReset()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(options: _options, local: Piping.Unbuffered);
        _ = test.BeginWrite(Piping.Bytes(1000));
        await test.Tubs.RoundTripAsync();
        test.Tubs.ClientSide.Abort("the test cuts it");
        await test.Tubs.ServerSide.Disconnected.CancelledWithinLimit();
        Assert.That(await test.Outside.ReceiveAsync(1000), Is.EqualTo(Piping.Bytes(1000)));
        await test.Outside.ReceiveResetAsync();
        Assert.That(await test.EndedAsync(), Is.EqualTo(new StreamEnd("the connection between relay and client was lost", 0, 1000)));
    }

    [Test]
    public async Task ErrorAnswer_BytesWait_AreWrittenBeforeTheReset()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(options: _options, local: Piping.Unbuffered);
        Task sending = test.Outside.SendAsync(Piping.Bytes(10));
        ScriptedCall write = await test.Peer.NextWriteAsync();
        await sending;
        _ = test.BeginWrite(Piping.Bytes(1000));
        await test.Tubs.RoundTripAsync();
        write.Fail("the disk is full");
        Assert.That((await test.Peer.NextAsync("abort")).Text, Does.Contain("the disk is full"));
        Assert.That(await test.Outside.ReceiveAsync(1000), Is.EqualTo(Piping.Bytes(1000)));
        await test.Outside.ReceiveResetAsync();
        Assert.That((await test.EndedAsync()).InboundBytes, Is.EqualTo(1000));
    }

    [Test]
    public async Task LocalConnection_TakesNoMore_WhatItHasSentGoesBeforeTheAbort()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(sendWindow: 10, options: _options, local: Piping.Boundless);
        await test.Outside.SendAsync(Piping.Bytes(30));
        await test.Outside.Input.CompleteAsync();
        Task<object?> refused = test.BeginWrite(Piping.Bytes(10));
        Task<object?> thrownAway = test.BeginWrite(Piping.Bytes(20));
        ScriptedCall first = await test.Peer.NextWriteAsync();
        await test.Tubs.RoundTripAsync();
        Assert.That(refused.IsCompleted || thrownAway.IsCompleted, Is.False, "An error answer is an abort.");
        first.Answer();
        Assert.That(await test.Peer.TakeAsync(20), Is.EqualTo(Piping.Bytes(30)[10..]));
        await test.Outside.Output.CompleteAsync();
        await test.Peer.NextAsync("close");
        Assert.That((await test.Peer.NextAsync("abort")).Text, Is.EqualTo("The local connection takes no more bytes."));
        await StreamUnderTest.RefusedAsync(() => refused.Within("an error answer"));
        await StreamUnderTest.RefusedAsync(() => thrownAway.Within("an error answer"));
        Assert.That(await test.EndedAsync(), Is.EqualTo(new StreamEnd("The local connection takes no more bytes.", 30, 0)));
        Assert.That(_time.ArmedTimers, Is.Empty);
    }

    [Test]
    public async Task LocalConnection_TakesNoMoreAndSendsNothing_IsAbortedAfterTheGrace()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(options: _options);
        await test.Outside.Input.CompleteAsync();
        Task<object?> refused = test.BeginWrite(Piping.Bytes(10));
        await _time.WaitForTimerAsync(Grace);
        _time.Advance(Grace - TimeSpan.FromMilliseconds(1));
        await test.Tubs.RoundTripAsync();
        Assert.That(test.Peer.Waiting, Is.Zero);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That((await test.Peer.NextAsync("abort")).Text, Is.EqualTo("The local connection takes no more bytes."));
        await StreamUnderTest.RefusedAsync(() => refused.Within("an error answer"));
        await test.EndedAsync();
    }

    [Test]
    public async Task LocalConnection_TakesNoMore_WriteBeyondTheWindowIsStillRefused()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(options: _options with { ReceiveWindow = 100 });
        await test.Outside.Input.CompleteAsync();
        _ = test.BeginWrite(Piping.Bytes(60));
        await _time.WaitForTimerAsync(Grace);
        await StreamUnderTest.RefusedAsync(() => test.WriteAsync(Piping.Bytes(60)));
        Assert.That((await test.EndedAsync()).AbortReason, Is.EqualTo("The local connection takes no more bytes."));
    }

    [Test]
    public async Task AbortByTheOtherEnd_LocalConnectionTakesNoMore_CutsAtOnce()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(options: _options);
        await test.Outside.Input.CompleteAsync();
        _ = test.BeginWrite(Piping.Bytes(10));
        await _time.WaitForTimerAsync(Grace);
        await test.CallAsync("abort", "no more");
        Assert.That((await test.EndedAsync()).AbortReason, Is.EqualTo("The local connection takes no more bytes."));
    }
}
