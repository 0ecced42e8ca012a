using Foolscap.Relay.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;

namespace Foolscap.Relay.Tests;

/// <summary>Calls that come after the end, and starts that do.</summary>
internal sealed class LateCallTests
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task LateCalls_StreamIsOver_WriteGetsAnErrorAndTheOthersNone(bool aborted)
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        if (aborted)
        {
            await test.CallAsync("abort", "no more");
        }
        else
        {
            await test.Outside.Output.CompleteAsync();
            await test.Peer.NextAsync("close");
            await test.CallAsync("close");
        }

        StreamEnd end = await test.EndedAsync();
        Assert.That((await StreamUnderTest.RefusedAsync(() => test.WriteAsync(Piping.Bytes(1)))).RemoteMessage, Is.EqualTo("the stream is over"));
        Assert.That(await test.CallAsync("close"), Is.Null);
        Assert.That(await test.CallAsync("abort", "late"), Is.Null);
        await test.Tubs.UntilReleasedAsync(1);
        Assert.That(test.Peer.Waiting, Is.Zero, "Nothing else happens.");
        Assert.That(await test.EndedAsync(), Is.EqualTo(end));
    }

    [Test]
    public async Task Start_AfterAbort_TellsTheOtherEndAndLetsGoOfIt()
    {
        await using StreamUnderTest test = await StreamUnderTest.CreateAsync();
        test.Stream.Abort("too early");
        Assert.That((await test.EndedAsync()).AbortReason, Is.EqualTo("too early"));
        await test.StartAsync();
        Assert.That((await test.Peer.NextAsync("abort")).Text, Is.EqualTo("the connection is gone already"));
        await test.Outside.ReceiveResetAsync();
        await test.Tubs.UntilReleasedAsync(1);
    }

    [Test]
    public async Task Start_OnALostConnection_EndsTheStream()
    {
        await using StreamUnderTest test = await StreamUnderTest.CreateAsync();
        var remote = await test.Tubs.GiveToServerAsync(test.Peer);
        test.Tubs.ServerSide.Abort("the test cuts it");
        await TestUtilities.TestTime.CancelledWithinLimit(test.Tubs.ServerSide.Disconnected);
        test.Stream.Start(remote, 100);
        Assert.That((await test.EndedAsync()).AbortReason, Is.EqualTo("the connection between relay and client was lost"));
        await test.Outside.ReceiveResetAsync();
    }

    [Test]
    public async Task Detach_NotStarted_LeavesTheLocalConnectionToTheCaller()
    {
        await using StreamUnderTest test = await StreamUnderTest.CreateAsync();
        await test.Outside.SendAsync(Piping.Bytes(10));
        Assert.That(test.Stream.TryDetach("refused"), Is.True);
        Assert.That((await test.EndedAsync()).AbortReason, Is.EqualTo("refused"));
        Assert.That((await StreamUnderTest.RefusedAsync(() => test.WriteAsync(Piping.Bytes(1)))).RemoteMessage, Is.EqualTo("the stream is over"));
        await test.Local.SendAsync(Piping.Bytes(20));
        Assert.That(await test.Outside.ReceiveAsync(20), Is.EqualTo(Piping.Bytes(20)));
        Assert.That(await test.Local.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(10)));
    }

    [Test]
    public async Task Detach_WritesWait_TheyGetErrors()
    {
        await using StreamUnderTest test = await StreamUnderTest.CreateAsync();
        Task<object?> answer = test.BeginWrite(Piping.Bytes(10));
        await test.Tubs.RoundTripAsync();
        Assert.That(test.Stream.TryDetach("refused"), Is.True);
        Assert.That((await StreamUnderTest.RefusedAsync(() => answer.Within("an error answer"))).RemoteMessage, Is.EqualTo("refused"));
    }

    [Test]
    public async Task Detach_StartedOrOverOrDetached_IsRefused()
    {
        await using StreamUnderTest test = await StreamUnderTest.CreateAsync();
        await test.StartAsync();
        Assert.That(test.Stream.TryDetach("refused"), Is.False);
        test.Stream.Abort("enough");
        Assert.That(test.Stream.TryDetach("refused"), Is.False);
        Assert.That((await test.EndedAsync()).AbortReason, Is.EqualTo("enough"));
    }

    [Test]
    public async Task Start_AfterDetach_TellsTheOtherEnd()
    {
        await using StreamUnderTest test = await StreamUnderTest.CreateAsync();
        test.Stream.TryDetach("refused");
        await test.StartAsync();
        Assert.That((await test.Peer.NextAsync("abort")).Text, Is.EqualTo("the connection is gone already"));
        await test.Local.SendAsync(Piping.Bytes(20));
        Assert.That(await test.Outside.ReceiveAsync(20), Is.EqualTo(Piping.Bytes(20)), "The local connection is the caller's.");
        await test.Tubs.UntilReleasedAsync(1);
    }
}
