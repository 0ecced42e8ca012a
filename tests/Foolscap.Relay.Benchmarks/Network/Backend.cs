using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Benchmarks.Network;

/// <summary>
/// A TCP server in place of the Tub C. After the request header, which is the same length for all Tubs, comes one byte
/// of <see cref="StreamKind"/> and the number of a transfer. Thread-safe.
/// </summary>
internal sealed class Backend : IDisposable
{
    /// <summary>Behind the header: the kind, and the number.</summary>
    public const int OpeningLength = 9;

    private const int EchoBuffer = 4096;

    private readonly ConcurrentDictionary<long, Transfer> _transfers = new();
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private readonly LoopbackListener _listener;
    private readonly int _headerLength;
    private long _lastId;
    private long _bytesCompared;

    /// <summary>Starts a server.</summary>
    /// <param name="headerLength">The length of each request header.</param>
    public Backend(int headerLength)
    {
        _headerLength = headerLength;
        _listener = new LoopbackListener(ServeAsync);
    }

    public IPEndPoint EndPoint => _listener.EndPoint;

    /// <summary>The bytes of all transfers that are over.</summary>
    public long BytesCompared => Interlocked.Read(ref _bytesCompared);

    /// <summary>What a caller sends behind the header.</summary>
    public static byte[] MakeOpening(StreamKind kind, long id = 0)
    {
        byte[] opening = new byte[OpeningLength];
        opening[0] = (byte)kind;
        BinaryPrimitives.WriteInt64BigEndian(opening.AsSpan(1), id);
        return opening;
    }

    /// <summary>Makes a transfer that a caller may open.</summary>
    public Transfer Prepare(StreamKind kind, long? bytesPerSecond = null)
    {
        Transfer transfer = new(Interlocked.Increment(ref _lastId), kind, bytesPerSecond);
        _transfers[transfer.Id] = transfer;
        return transfer;
    }

    /// <summary>Stops to listen, and closes what is open.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        foreach (Socket socket in _sockets.Keys)
        {
            socket.Dispose();
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        Transfer? transfer = null;
        _sockets[socket] = true;
        try
        {
            socket.NoDelay = true;
            byte[] opening = new byte[_headerLength + OpeningLength];
            await socket.ReceiveExactlyAsync(opening);
            StreamKind kind = (StreamKind)opening[_headerLength];
            if (kind == StreamKind.Echo)
            {
                await EchoAsync(socket);
            }
            else
            {
                _ = _transfers.TryRemove(BinaryPrimitives.ReadInt64BigEndian(opening.AsSpan(_headerLength + 1)), out transfer);
                await RunAsync(socket, transfer ?? throw new InvalidDataException("A connection names no transfer."));
            }

            Interlocked.Add(ref _bytesCompared, transfer?.Received ?? 0);
            transfer?.EndBackend(null);
        }
        catch (Exception exception)
        {
            transfer?.EndBackend(exception); // An echo tells its caller by the end of the connection.
        }

        _sockets.TryRemove(socket, out _);
        socket.Dispose();
    }

    private static async Task RunAsync(Socket socket, Transfer transfer)
    {
        if (transfer.Kind == StreamKind.Down)
        {
            await transfer.SendAsync(socket);
            await socket.ReceiveAsync(new byte[1]); // until the caller has everything
            return;
        }

        await transfer.ReceiveAsync(socket);
        await socket.SendAllAsync(new byte[1]);
    }

    private static async Task EchoAsync(Socket socket)
    {
        byte[] buffer = new byte[EchoBuffer];
        while (await socket.ReceiveAsync(buffer) is int count and > 0)
        {
            await socket.SendAllAsync(buffer.AsMemory(0, count));
        }
    }
}
