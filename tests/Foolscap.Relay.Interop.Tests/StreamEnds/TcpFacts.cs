using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Interop.Tests.Raw;

namespace Foolscap.Relay.Interop.Tests.StreamEnds;

/// <summary>What Linux tells of a test's own socket (<c>struct tcp_info</c>).</summary>
internal static class TcpFacts
{
    private const byte Closed = 7;

    /// <summary>Waits until the other end's kernel has everything that was sent: what a reset comes behind.</summary>
    public static Task DeliveredAsync(this RawSocket socket) => UntilAsync(
        () => Get(socket) is (Closed, _, _) or (_, 0, 0), "the acknowledgement of everything sent");

    /// <summary>Waits until the connection has been reset, which no read tells behind an end.</summary>
    public static Task ResetBehindEndAsync(this RawSocket socket) => UntilAsync(
        () => Get(socket).State == Closed, "the reset behind the end");

    /// <summary>How many of the sent bytes the other end's kernel lacks, when nothing moves.</summary>
    public static long GetNotDelivered(this RawSocket socket)
    {
        (_, uint unacked, uint notSent) = Get(socket);
        Assert.That(unacked, Is.Zero, "Something still moves.");
        return notSent;
    }

    private static (byte State, uint Unacked, uint NotSent) Get(RawSocket socket)
    {
        byte[] info = new byte[148];
        Assert.That(socket.Socket.GetRawSocketOption(6, 11, info), Is.EqualTo(info.Length));
        return (info[0], BitConverter.ToUInt32(info, 24), BitConverter.ToUInt32(info, 144));
    }

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        using CancellationTokenSource limit = new(Waiting.Limit);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            Assert.That(limit.IsCancellationRequested, Is.False, $"Missing after {Waiting.Limit.TotalSeconds:0} s: {what}.");
            await timer.WaitForNextTickAsync();
        }
    }
}
