using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Soak.Streams;

/// <summary>One end of a connection, which sends and checks patterns. All that it does has one common deadline.</summary>
internal sealed class PatternSocket : IDisposable
{
    private readonly Socket _socket;
    private readonly CancellationTokenSource _deadline = new(Deadlines.Stream);

    public PatternSocket(Socket socket)
    {
        socket.NoDelay = true;
        _socket = socket;
    }

    /// <summary>Connects to a port on loopback.</summary>
    public static async Task<PatternSocket> ConnectAsync(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return new PatternSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> data)
    {
        while (!data.IsEmpty)
        {
            data = data[await _socket.SendAsync(data, _deadline.Token)..];
        }
    }

    public async Task SendPatternAsync(int seed, long count)
    {
        for (long position = 0; position < count;)
        {
            ReadOnlyMemory<byte> piece = BytePattern.Get(seed, position, (int)Math.Min(BytePattern.MaxPiece, count - position));
            await SendAsync(piece);
            position += piece.Length;
        }
    }

    /// <summary>Receives a number of bytes, each of which must be the right one.</summary>
    public async Task ReceivePatternAsync(int seed, long count)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BytePattern.MaxPiece);
        try
        {
            for (long position = 0; position < count;)
            {
                int received = await _socket.ReceiveAsync(buffer.AsMemory(0, (int)Math.Min(BytePattern.MaxPiece, count - position)), _deadline.Token);
                if (received == 0)
                {
                    throw new StreamFaultException(StreamFault.CutShort, $"an orderly end after {position} of {count} bytes");
                }

                Check(buffer.AsSpan(0, received), BytePattern.Get(seed, position, received).Span, position);
                position += received;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public async Task<byte[]> ReceiveExactlyAsync(int count)
    {
        byte[] data = new byte[count];
        for (int received = 0; received < count;)
        {
            int more = await _socket.ReceiveAsync(data.AsMemory(received), _deadline.Token);
            received += more > 0 ? more : throw new StreamFaultException(StreamFault.CutShort, $"an orderly end after {received} of {count} bytes");
        }

        return data;
    }

    /// <summary>Receives the orderly end, which must come in place of more data.</summary>
    public async Task ReceiveEndAsync()
    {
        if (await _socket.ReceiveAsync(new byte[1], _deadline.Token) != 0)
        {
            throw new StreamFaultException(StreamFault.TooManyBytes, "more came than was sent");
        }
    }

    /// <summary>Receives text up to the end of the stream, or to the reset that ends it.</summary>
    public async Task<string> ReceiveTextToEndAsync()
    {
        StringBuilder text = new();
        byte[] buffer = new byte[1024];
        while (await _socket.ReceiveAsync(buffer, _deadline.Token) is int count and > 0)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    /// <summary>
    /// Waits for both directions. What was received tells more than how the sending failed; but the kernel tells of a
    /// reset only one of them, and to the other it looks like an orderly end.
    /// </summary>
    public async Task ExchangeAsync(Task sending, Task receiving)
    {
        try
        {
            await receiving;
        }
        catch (Exception exception)
        {
            Reset();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            bool told = exception is StreamFaultException { Fault: StreamFault.CutShort } && StreamOutcome.IsReset(sending.Exception?.InnerException);
            throw told ? new StreamFaultException(StreamFault.Reset, "reset, as the sender was told") : exception;
        }

        await sending;
    }

    /// <summary>Half-closes the connection.</summary>
    public void End() => _socket.Shutdown(SocketShutdown.Send);

    public void Reset()
    {
        try
        {
            _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Reset already.
        }

        _socket.Close();
    }

    public void Dispose()
    {
        _socket.Dispose();
        _deadline.Dispose();
    }

    private static void Check(ReadOnlySpan<byte> received, ReadOnlySpan<byte> expected, long position)
    {
        int same = received.CommonPrefixLength(expected);
        if (same == received.Length)
        {
            return;
        }

        // Of a refusal no more is read than was asked for.
        ReadOnlySpan<byte> refusal = "HTTP/1.1 "u8;
        if (position == 0 && received.StartsWith(refusal[..Math.Min(refusal.Length, received.Length)]))
        {
            throw new StreamFaultException(StreamFault.Refused, Encoding.UTF8.GetString(received).TrimEnd());
        }

        throw new StreamFaultException(StreamFault.WrongBytes, $"the byte at {position + same} differs");
    }
}
