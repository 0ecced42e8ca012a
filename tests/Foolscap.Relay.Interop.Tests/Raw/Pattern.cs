using System.Net.Sockets;
using Foolscap.Relay.Interop.Tests.Peers;

namespace Foolscap.Relay.Interop.Tests.Raw;

/// <summary>Bytes that depend on their position, and on a seed, so that nothing can be lost, doubled or mixed up unnoticed.</summary>
internal static class Pattern
{
    private const int Piece = 64 * 1024;

    /// <summary>Fills a buffer with the bytes from a position on.</summary>
    public static void Fill(Span<byte> buffer, long position, int seed)
    {
        for (int i = 0; i < buffer.Length; i++)
        {
            buffer[i] = GetByte(position + i, seed);
        }
    }

    public static byte[] Make(int count, long position = 0, int seed = 0)
    {
        byte[] data = new byte[count];
        Fill(data, position, seed);
        return data;
    }

    /// <summary>Sends the bytes from one position up to another.</summary>
    public static async Task SendPatternAsync(this RawSocket socket, long from, long to, int seed = 0)
    {
        byte[] buffer = new byte[Piece];
        for (long position = from; position < to;)
        {
            Memory<byte> piece = buffer.AsMemory(0, (int)Math.Min(buffer.Length, to - position));
            Fill(piece.Span, position, seed);
            await socket.SendAsync(piece);
            position += piece.Length;
        }
    }

    /// <summary>Receives the bytes from one position up to another, each of which must be the right one.</summary>
    public static async Task ReceivePatternAsync(this RawSocket socket, long from, long to, int seed = 0)
    {
        byte[] expected = new byte[Piece];
        for (long position = from; position < to;)
        {
            byte[] received = await socket.ReceiveExactlyAsync((int)Math.Min(Piece, to - position));
            Fill(expected, position, seed);
            int same = received.AsSpan().CommonPrefixLength(expected);
            Assert.That(same, Is.EqualTo(received.Length), $"The byte at {position + same} differs.");
            position += received.Length;
        }
    }

    /// <summary>Sends the bytes from 0 on until nothing has moved for a while, or a limit is reached.</summary>
    /// <returns>How many the kernel has taken.</returns>
    public static Task<long> PushPatternAsync(this RawSocket socket, long limit, int seed = 0) => Task.Run(() =>
    {
        // What it means to stand still. It can only make the count smaller, which the tests bound from above.
        TimeSpan still = TimeSpan.FromSeconds(1.5);
        socket.Socket.Blocking = false;
        byte[] buffer = new byte[Piece];
        long position = 0;
        while (position < limit)
        {
            Fill(buffer, position, seed);
            int sent = socket.Socket.Send(buffer, 0, (int)Math.Min(buffer.Length, limit - position), SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                if (!socket.Socket.Poll(still, SelectMode.SelectWrite))
                {
                    break;
                }

                continue;
            }

            Assert.That(error, Is.EqualTo(SocketError.Success));
            position += sent;
        }

        socket.Socket.Blocking = true;
        return position;
    }).For("the writer's standstill");

    private static byte GetByte(long position, int seed) => (byte)((position * 31) + ((position >> 8) * 17) + ((position >> 16) * 7) + (seed * 101));
}
