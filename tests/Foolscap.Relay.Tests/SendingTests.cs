using Foolscap.Relay.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tests;

/// <summary>What a stream sends, and when it stops: the other end is played by the test.</summary>
internal sealed class SendingTests
{
    [Test]
    public async Task Send_BytesOfTheLocalConnection_BecomeWrites()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        await test.Outside.SendAsync(Piping.Bytes(1000));
        Assert.That(await test.Peer.TakeAsync(1000), Is.EqualTo(Piping.Bytes(1000)));
    }

    [Test]
    public async Task Send_ManyBytes_NoWriteIsLargerThan65536()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(sendWindow: 1_000_000, local: Piping.Boundless);
        byte[] bytes = Piping.Bytes(300_000);
        await test.Outside.SendAsync(bytes);
        List<byte> taken = [];
        List<int> sizes = [];
        while (taken.Count < bytes.Length)
        {
            ScriptedCall write = await test.Peer.NextWriteAsync();
            sizes.Add(write.Data.Length);
            taken.AddRange(write.Data);
        }

        Assert.Multiple(() =>
        {
            Assert.That(taken, Is.EqualTo(bytes));
            Assert.That(sizes.Max(), Is.LessThanOrEqualTo(65_536));
            Assert.That(sizes.Min(), Is.GreaterThanOrEqualTo(1));
        });
    }

    [Test]
    public async Task Send_NoAnswers_NeverMoreThanTheWindowIsInFlight()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(sendWindow: 10, local: Piping.Boundless);
        await test.Outside.SendAsync(Piping.Bytes(25));
        Assert.That((await test.Peer.NextWriteAsync()).Data, Is.EqualTo(Piping.Bytes(25)[..10]));
        await test.Tubs.RoundTripAsync();
        Assert.That(test.Peer.Waiting, Is.Zero, "The window is full.");
        await test.Tubs.UntilAsync(() => test.Stream.OutboundBytes == 10, "the count of what was sent");
    }

    [Test]
    public async Task Send_Answered_GoesOnWithWhatHasRoom()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(sendWindow: 10, local: Piping.Boundless);
        byte[] bytes = Piping.Bytes(25);
        await test.Outside.SendAsync(bytes);
        ScriptedCall first = await test.Peer.NextWriteAsync();
        first.Answer();
        ScriptedCall second = await test.Peer.NextWriteAsync();
        await test.Tubs.RoundTripAsync();
        Assert.That(test.Peer.Waiting, Is.Zero);
        second.Answer();
        ScriptedCall third = await test.Peer.NextWriteAsync();
        Assert.Multiple(() =>
        {
            Assert.That(first.Data, Is.EqualTo(bytes[..10]));
            Assert.That(second.Data, Is.EqualTo(bytes[10..20]));
            Assert.That(third.Data, Is.EqualTo(bytes[20..]));
        });
    }

    [Test]
    public async Task Send_WritesOfSeveralSizesInFlight_EachAnswerGivesItsBytesBack()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(sendWindow: 10);
        await test.Outside.SendAsync(Piping.Bytes(3));
        ScriptedCall three = await test.Peer.NextWriteAsync();
        await test.Outside.SendAsync(Piping.Bytes(5));
        ScriptedCall five = await test.Peer.NextWriteAsync();
        await test.Outside.SendAsync(Piping.Bytes(50));
        ScriptedCall rest = await test.Peer.NextWriteAsync();
        Assert.That((three.Data.Length, five.Data.Length, rest.Data.Length), Is.EqualTo((3, 5, 2)));
        five.Answer();
        Assert.That((await test.Peer.NextWriteAsync()).Data, Has.Length.EqualTo(5), "The second write is answered, and not the first.");
        three.Answer();
        Assert.That((await test.Peer.NextWriteAsync()).Data, Has.Length.EqualTo(3));
    }

    [Test]
    public async Task Send_WindowFull_LocalInputIsNotRead()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(sendWindow: 10, local: Piping.Unbuffered);
        await test.Outside.SendAsync(Piping.Bytes(10));
        ScriptedCall first = await test.Peer.NextWriteAsync();
        Task second = test.Outside.SendAsync(Piping.Bytes(10, seed: 2));
        await test.Tubs.RoundTripAsync();
        Assert.That(second.IsCompleted, Is.False, "Nobody has read these bytes.");
        first.Answer();
        Assert.That((await test.Peer.NextWriteAsync()).Data, Is.EqualTo(Piping.Bytes(10, seed: 2)));
        await second.Within("the reading of the local input");
    }

    [Test]
    public async Task Send_IdleStream_SendsNothing()
    {
        await using StreamUnderTest test = await StreamUnderTest.StartAsync();
        await test.Tubs.RoundTripAsync();
        Assert.That(test.Peer.Waiting, Is.Zero);
    }

    [Test]
    public async Task Send_NotStarted_SendsNothingAndReadsNothing()
    {
        await using StreamUnderTest test = await StreamUnderTest.CreateAsync(local: Piping.Unbuffered);
        Task sending = test.Outside.SendAsync(Piping.Bytes(10));
        await test.Tubs.RoundTripAsync();
        Assert.That(sending.IsCompleted, Is.False);
        await test.StartAsync();
        Assert.That((await test.Peer.NextWriteAsync()).Data, Is.EqualTo(Piping.Bytes(10)));
    }

    [TestCase(0)]
    [TestCase(-1)]
    public async Task Start_BadWindow_Throws(int window)
    {
        await using StreamUnderTest test = await StreamUnderTest.CreateAsync();
        await Assert.ThatAsync(() => test.StartAsync(window), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Create_BadReceiveWindow_Throws()
    {
        DuplexPipePair local = new();
        Assert.That(
            () => new RelayedStream(local.FirstConnection, new RelayedStreamOptions { ReceiveWindow = 0 }),
            Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
