using System.Net;
using System.Net.Sockets;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Benchmarks.Network;

/// <summary>
/// A TCP proxy on loopback that stands for a long way: each byte arrives half a round trip after it was sent, in each
/// direction. Ends and resets of one side reach the other. Thread-safe.
/// </summary>
internal sealed class DelayingProxy : IDisposable
{
    private readonly LoopbackListener _listener;
    private readonly IPEndPoint _target;
    private readonly TimeSpan _delay;

    /// <summary>Starts a proxy.</summary>
    /// <param name="target">Where it leads.</param>
    /// <param name="roundTrip">How long there and back takes.</param>
    public DelayingProxy(IPEndPoint target, TimeSpan roundTrip)
    {
        _target = target;
        _delay = roundTrip / 2;
        _listener = new LoopbackListener(ServeAsync);
    }

    public IPEndPoint EndPoint => _listener.EndPoint;

    /// <summary>Takes no more connections; those that are there live on until one of their ends closes them.</summary>
    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(Socket near)
    {
        using Socket first = near;
        try
        {
            near.NoDelay = true;
            using Socket far = await SocketExtensions.ConnectAsync(_target);
            await Task.WhenAll(CopyAsync(near, far), CopyAsync(far, near));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // One side is gone, and both are closed.
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        DelayLine line = new(_delay);
        Task filling = FillAsync(line, from);
        Task emptying = EmptyAsync(line, to);
        try
        {
            await await Task.WhenAny(filling, emptying);
            await Task.WhenAll(filling, emptying);
        }
        catch
        {
            line.Stop();
            from.Close(); // which ends the other direction, too
            to.Close();
            await Task.WhenAll(filling, emptying).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private static async Task FillAsync(DelayLine line, Socket from)
    {
        while (true)
        {
            Memory<byte> room = await line.WaitForRoomAsync();
            int count = await from.ReceiveAsync(room);
            line.Add(count);
            if (count == 0)
            {
                return;
            }
        }
    }

    private static async Task EmptyAsync(DelayLine line, Socket to)
    {
        while (await line.TakeAsync() is { IsEmpty: false } piece)
        {
            await to.SendAllAsync(piece);
            line.Release(piece.Length);
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
