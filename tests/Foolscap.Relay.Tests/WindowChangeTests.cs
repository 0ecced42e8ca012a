using System.Numerics;
using Foolscap.Relay.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tests;

/// <summary>Answers to writes that change the window.</summary>
internal sealed class WindowChangeTests
{
    [Test]
    public async Task Answer_LargerWindow_OpensIt()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(sendWindow: 4, local: Piping.Boundless);
        await test.Outside.SendAsync(Piping.Bytes(100));
        (await test.Peer.NextWriteAsync()).Answer(60);
        Assert.That((await test.Peer.NextWriteAsync()).Data, Is.EqualTo(Piping.Bytes(100)[4..64]));
    }

    [Test]
    public async Task Answer_HugeWindow_IsTakenAsAVeryLargeOne()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(sendWindow: 4, local: Piping.Boundless);
        await test.Outside.SendAsync(Piping.Bytes(100));
        (await test.Peer.NextWriteAsync()).Answer(BigInteger.Pow(2, 80));
        Assert.That((await test.Peer.NextWriteAsync()).Data, Is.EqualTo(Piping.Bytes(100)[4..]));
    }

    [Test]
    public async Task Answer_SmallerWindow_NothingIsSentUntilLessIsInFlight()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(sendWindow: 30);
        ScriptedCall[] writes = new ScriptedCall[3];
        for (int i = 0; i < 3; i++)
        {
            await test.Outside.SendAsync(Piping.Bytes(10, seed: i));
            writes[i] = await test.Peer.NextWriteAsync();
        }

        await test.Outside.SendAsync(Piping.Bytes(10, seed: 3));
        writes[0].Answer(4);
        writes[1].Answer();
        await test.Tubs.RoundTripAsync();
        Assert.That(test.Peer.Waiting, Is.Zero, "10 bytes are in flight, and the window is 4.");
        writes[2].Answer();
        Assert.That((await test.Peer.NextWriteAsync()).Data, Has.Length.EqualTo(4));
    }

    [Test]
    public async Task Answer_None_LeavesTheWindowAsItIs()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(sendWindow: 10, local: Piping.Boundless);
        await test.Outside.SendAsync(Piping.Bytes(100));
        (await test.Peer.NextWriteAsync()).Answer(3);
        (await test.Peer.NextWriteAsync()).Answer();
        Assert.That((await test.Peer.NextWriteAsync()).Data, Has.Length.EqualTo(3));
    }

    /// <summary>The window opens and then shrinks below what is in flight, before the sender has looked at it.</summary>
    [Test]
    public async Task Answers_WindowShrinksRightAfterRoomCame_SenderWaitsAgain()
    {
        for (int round = 0; round < 20; round++)
        {
            await using StreamUnderTest test = await StreamUnderTest.StartAsync(sendWindow: 10);
            byte[] bytes = Piping.Bytes(20, seed: round);
            foreach (Range part in new[] { 0..1, 1..2, 2..20 })
            {
                await test.Outside.SendAsync(bytes[part]);
                Assert.That((await test.Peer.NextWriteAsync()).Data, Is.EqualTo(bytes[part][..Math.Min(8, bytes[part].Length)]));
            }

            // What the connection's reader does with two answers that arrive in one piece.
            IAnswerReceiver receiver = test.Stream;
            receiver.OnAnswer(1, null);
            receiver.OnAnswer(1, 1L);
            await test.Tubs.RoundTripAsync();
            receiver.OnAnswer(8, null);

            // One byte may have been sent between the first two answers.
            Assert.That((await test.Peer.NextAsync("write")).Data[0], Is.EqualTo(bytes[10]));
        }
    }

    [TestCaseSource(nameof(BadWindows))]
    public async Task Answer_BadWindow_Aborts(object answer, string named)
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        await test.Outside.SendAsync(Piping.Bytes(5));
        (await test.Peer.NextWriteAsync()).Answer(answer);
        string reason = $"A window must be an integer of at least 1, and not {named}.";
        Assert.That((await test.Peer.NextAsync("abort")).Text, Is.EqualTo(reason));
        Assert.That((await test.EndedAsync()).AbortReason, Is.EqualTo(reason));
        await test.Outside.ReceiveResetAsync();
        await test.Tubs.UntilReleasedAsync(1);
    }

    private static IEnumerable<TestCaseData> BadWindows()
    {
        yield return new TestCaseData(0, "0");
        yield return new TestCaseData(-1, "-1");
        yield return new TestCaseData("5", "another value").SetArgDisplayNames("text");
        yield return new TestCaseData(true, "another value");
        yield return new TestCaseData(2.0, "another value");
        yield return new TestCaseData(new byte[] { 5 }, "another value").SetArgDisplayNames("byte string");
    }
}
