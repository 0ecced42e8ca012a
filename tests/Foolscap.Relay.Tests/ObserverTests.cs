using Foolscap.Relay.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;

namespace Foolscap.Relay.Tests;

internal sealed class ObserverTests
{
    [Test]
    public async Task Observer_BothDirections_SeesEveryByteOnce()
    {
        await using ConnectedTubs tubs = await ConnectedTubs.ConnectAsync();
        RecordingObserver observer = new();
        StreamPair pair = await StreamPair.StartAsync(tubs, new RelayedStreamOptions { Observer = observer }, Piping.Boundless);
        await pair.Left.SendAsync(Piping.Bytes(300_000));
        await pair.Left.Output.CompleteAsync();
        Assert.That(await pair.Right.ReceiveToEndAsync(), Is.EqualTo(Piping.Bytes(300_000)));

        // The two ends share the observer: it has seen each byte leave and arrive.
        Assert.That(observer.Outbound, Is.EqualTo(Piping.Bytes(300_000)));
        Assert.That(observer.Inbound, Is.EqualTo(Piping.Bytes(300_000)));
    }

    [Test]
    public async Task Observer_WriteThatIsRefused_IsNotShown()
    {
        RecordingObserver observer = new();
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(
            options: new RelayedStreamOptions { ReceiveWindow = 10, Observer = observer }, local: Piping.Unbuffered);
        _ = test.BeginWrite(Piping.Bytes(10));
        await StreamUnderTest.RefusedAsync(() => test.WriteAsync(Piping.Bytes(1, seed: 2)));
        Assert.That(observer.Inbound, Is.EqualTo(Piping.Bytes(10)));
    }

    [Test]
    public async Task Observer_Throws_EndsTheStreamAndNotTheConnection()
    {
        ThrowingObserver observer = new();
        await using StreamUnderTest test = await StreamUnderTest.StartAsync(options: new RelayedStreamOptions { Observer = observer });
        await StreamUnderTest.RefusedAsync(() => test.WriteAsync(Piping.Bytes(10)));
        Assert.That((await test.EndedAsync()).AbortReason, Is.EqualTo("the observer fails"));
        await test.Tubs.RoundTripAsync();
    }

    private sealed class ThrowingObserver : IRelayedStreamObserver
    {
        public void OnData(StreamDirection direction, in System.Buffers.ReadOnlySequence<byte> data) =>
            throw new InvalidOperationException("the observer fails");
    }
}
