using Foolscap.Relay.Interop.Tests.Raw;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests;

/// <summary>What relay and client hold of a stream whose reader stands still, and that nothing of it is lost.</summary>
[NonParallelizable] // It pushes as much as goes.
internal sealed class MemoryTests
{
    private const int Window = 64 * 1024;
    private const int Buffer = 32 * 1024;
    private const long Total = 8 * 1024 * 1024;

    /// <summary>
    /// One window, which relay and client hold between them; what the relay or the client has read from its own socket
    /// and not sent yet, a window again; and four buffers of the kernel, each of which Linux makes twice as large.
    /// </summary>
    private const long MostOnTheWay = (2 * Window) + (4 * 2 * Buffer);

    [TestCase(true, TestName = "CThatDoesNotRead_StopsBWithinWindowAndBuffers_AndLosesNothing")]
    [TestCase(false, TestName = "BThatDoesNotRead_StopsCWithinWindowAndBuffers_AndLosesNothing")]
    public async Task ReaderThatStandsStill_StopsItsWriter_AndLosesNothing(bool up)
    {
        await using RawRoute route = await RawRoute.StartAsync(Window, Buffer);
        using HostListener host = new(route.Relay.Server, Buffer);
        (RawSocket b, RawSocket c) = await route.OpenAsync(
            () => host.ConnectAsync(socket => Task.FromResult(TransportConnection.FromSocket(socket))));
        using RawSocket first = b;
        using RawSocket second = c;
        (RawSocket writer, RawSocket reader) = up ? (b, c) : (c, b);

        long pushed = await writer.PushPatternAsync(Total);
        Assert.That(pushed, Is.InRange(Window, MostOnTheWay), "bytes on the way to a reader that reads nothing");

        await Task.WhenAll(writer.SendPatternAsync(pushed, Total), reader.ReceivePatternAsync(0, Total));
        writer.End();
        Assert.That(await reader.ReceiveToEndAsync(), Is.Empty, "more came than was sent");
    }

    [Test]
    public async Task ReaderThatStandsStill_OtherStreamOfTheSameTub_GoesOn()
    {
        await using RawRoute route = await RawRoute.StartAsync();
        (RawSocket stillB, RawSocket stillC) = await route.OpenAsync();
        using RawSocket first = stillB;
        using RawSocket second = stillC;
        long up = await stillB.PushPatternAsync(64 * Total);
        long down = await stillC.PushPatternAsync(64 * Total);
        Assert.That(Math.Max(up, down), Is.LessThan(64 * Total), "bytes for readers that read nothing");

        (RawSocket b, RawSocket c) = await route.OpenAsync();
        using RawSocket third = b;
        using RawSocket fourth = c;
        await Task.WhenAll(
            b.SendPatternAsync(0, Total, seed: 1),
            c.ReceivePatternAsync(0, Total, seed: 1),
            c.SendPatternAsync(0, Total, seed: 2),
            b.ReceivePatternAsync(0, Total, seed: 2));

        await Task.WhenAll(stillC.ReceivePatternAsync(0, up), stillB.ReceivePatternAsync(0, down));
    }

    [Test]
    public async Task EightStreamsAtOnce_SixteenMebibytesEachWay_ArriveUnchanged()
    {
        const long Size = 16 * 1024 * 1024;
        await using RawRoute route = await RawRoute.StartAsync();
        List<(RawSocket B, RawSocket C)> streams = [];
        for (int i = 0; i < 8; i++)
        {
            streams.Add(await route.OpenAsync());
        }

        await Task.WhenAll(streams.Select((stream, i) => Task.Run(() => Task.WhenAll(
            SendAllAsync(stream.B, seed: i),
            SendAllAsync(stream.C, seed: i + 8),
            ReceiveAllAsync(stream.C, seed: i),
            ReceiveAllAsync(stream.B, seed: i + 8)))));
        foreach ((RawSocket b, RawSocket c) in streams)
        {
            b.Dispose();
            c.Dispose();
        }

        static async Task SendAllAsync(RawSocket socket, int seed)
        {
            await socket.SendPatternAsync(0, Size, seed);
            socket.End();
        }

        static async Task ReceiveAllAsync(RawSocket socket, int seed)
        {
            await socket.ReceivePatternAsync(0, Size, seed);
            Assert.That(await socket.ReceiveToEndAsync(), Is.Empty, "more came than was sent");
        }
    }
}
