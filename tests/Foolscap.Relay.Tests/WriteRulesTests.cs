using Foolscap.Relay.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tests;

/// <summary>What the other end may write.</summary>
internal sealed class WriteRulesTests
{
    [TestCase(1)]
    [TestCase(65_535)]
    [TestCase(65_536)]
    public async Task Write_AllowedSize_IsPassedOnAndAnsweredWithNone(int size)
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(local: Piping.Boundless);
        byte[] bytes = Piping.Bytes(size);
        Assert.That(await test.WriteAsync(bytes), Is.Null);
        Assert.That(await test.Outside.ReceiveAsync(size), Is.EqualTo(bytes));
        Assert.That(test.Stream.InboundBytes, Is.EqualTo(size));
        Assert.That(test.Stream.Ended.IsCompleted, Is.False);
    }

    [TestCase(0)]
    [TestCase(65_537)]
    public async Task Write_ForbiddenSize_IsRefusedAndAborts(int size)
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(local: Piping.Boundless);
        RemoteException refusal = await StreamUnderTest.RefusedAsync(() => test.WriteAsync(Piping.Bytes(size)));
        string reason = $"a write must carry 1 to 65536 bytes, and not {size}";
        Assert.That(refusal.RemoteMessage, Is.EqualTo(reason));
        await AssertAbortedAsync(test, reason);
    }

    [Test]
    public async Task Write_AfterClose_IsRefusedAndAborts()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        await test.CallAsync("close");
        RemoteException refusal = await StreamUnderTest.RefusedAsync(() => test.WriteAsync(Piping.Bytes(1)));
        Assert.That(refusal.RemoteMessage, Is.EqualTo("a write came after the close"));
        Assert.That((await test.Peer.NextAsync("abort")).Text, Is.EqualTo("a write came after the close"));
        Assert.That((await test.EndedAsync()).AbortReason, Is.EqualTo("a write came after the close"));
    }

    [Test]
    public async Task Write_UpToTheWindow_IsTaken()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(
            options: new RelayedStreamOptions { ReceiveWindow = 10 }, local: Piping.Unbuffered);
        Task<object?>[] answers = [test.BeginWrite(Piping.Bytes(7)), test.BeginWrite(Piping.Bytes(3, seed: 2))];
        await test.Tubs.RoundTripAsync();
        Assert.That(answers.Any(answer => answer.IsCompleted), Is.False);
        Assert.That(await test.Outside.ReceiveAsync(10), Is.EqualTo(Piping.Bytes(7).Concat(Piping.Bytes(3, seed: 2))));
        await Task.WhenAll(answers).Within("both answers");
        Assert.That(test.Stream.Ended.IsCompleted, Is.False);
    }

    [Test]
    public async Task Write_OneByteBeyondTheWindow_IsRefusedAndAborts()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(
            options: new RelayedStreamOptions { ReceiveWindow = 10 }, local: Piping.Unbuffered);
        Task<object?> first = test.BeginWrite(Piping.Bytes(7));
        RemoteException refusal = await StreamUnderTest.RefusedAsync(() => test.WriteAsync(Piping.Bytes(4)));
        const string reason = "a write of 4 bytes goes beyond the window of 10: 7 are not answered yet";
        Assert.That(refusal.RemoteMessage, Is.EqualTo(reason));
        RemoteException waiting = await StreamUnderTest.RefusedAsync(() => first.Within("an error answer to the write that waits"));
        Assert.That(waiting.RemoteMessage, Is.EqualTo(reason));
        await AssertAbortedAsync(test, reason);
    }

    [TestCaseSource(nameof(NoByteStrings))]
    public async Task Write_NotOneByteString_IsRefusedAndAborts(object?[] arguments)
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        RemoteException refusal = await StreamUnderTest.RefusedAsync(() => test.CallAsync("write", arguments));
        Assert.That(refusal.RemoteMessage, Is.EqualTo("a write must carry one byte string"));
        await AssertAbortedAsync(test, "a write must carry one byte string");
    }

    [TestCase("remote_write")]
    [TestCase("flush")]
    public async Task Call_UnknownMethod_IsRefusedAndTheStreamLivesOn(string method)
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        Assert.That((await StreamUnderTest.RefusedAsync(() => test.CallAsync(method))).RemoteMessage, Does.Contain(method));
        Assert.That((await StreamUnderTest.RefusedAsync(() => test.CallAsync(method, Piping.Bytes(1)))).RemoteMessage, Does.Contain(method));
        await test.WriteAsync(Piping.Bytes(5));
        Assert.That(await test.Outside.ReceiveAsync(5), Is.EqualTo(Piping.Bytes(5)));
    }

    [Test]
    public async Task Write_BeforeStart_IsKeptAndPassedOnAfterIt()
    {
        await using StreamUnderTest test = await StreamUnderTest.CreateAsync();
        Task<object?> answer = test.BeginWrite(Piping.Bytes(100));
        await test.Tubs.RoundTripAsync();
        Assert.That(answer.IsCompleted, Is.False);
        Assert.That(test.Outside.IsSilent(), Is.True);
        await test.StartAsync();
        Assert.That(await test.Outside.ReceiveAsync(100), Is.EqualTo(Piping.Bytes(100)));
        await answer.Within("the answer");
    }

    private static IEnumerable<TestCaseData> NoByteStrings()
    {
        yield return new TestCaseData([Array.Empty<object?>()]).SetArgDisplayNames("nothing");
        yield return new TestCaseData([new object?[] { "text" }]).SetArgDisplayNames("text");
        yield return new TestCaseData([new object?[] { null }]).SetArgDisplayNames("None");
        yield return new TestCaseData([new object?[] { new byte[1], new byte[1] }]).SetArgDisplayNames("two byte strings");
    }

    private static async Task AssertAbortedAsync(StreamUnderTest test, string reason)
    {
        StreamEnd end = await test.EndedAsync();
        Assert.That(end.AbortReason, Is.EqualTo(reason));
        Assert.That((await test.Peer.NextAsync("abort")).Text, Is.EqualTo(reason));
        await test.Outside.ReceiveResetAsync();
        await test.Tubs.UntilReleasedAsync(1);
    }
}
