using System.IO.Pipelines;
using System.Net.Security;
using System.Text;
using Foolscap.Relay.Fuzz.Mutation;
using Foolscap.Tubs;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Tests.Banana;
using Foolscap.Tubs.Transports;

namespace Foolscap.Relay.Fuzz.Hostile;

/// <summary>
/// A peer that has proven who it is, negotiated as it should, and from then on sends whatever it is told to. It reads
/// everything, and understands as much as it needs. Not thread-safe, but for its reader.
/// </summary>
internal sealed class HostilePeer : IAsyncDisposable
{
    private static long _incarnations;

    private readonly IDuplexPipe _pipe;
    private readonly SslStream _tls;
    private readonly Lock _gate = new();
    private readonly List<long> _clids = [];
    private Func<Message, bool>? _wanted;
    private TaskCompletionSource<Message?>? _found;
    private Task _reading = Task.CompletedTask;
    private bool _ended;
    private ulong _pings = 1_000_000;

    private HostilePeer(IDuplexPipe pipe, SslStream tls)
    {
        _pipe = pipe;
        _tls = tls;
    }

    /// <summary>Whether the other end has ended the connection.</summary>
    public bool IsEnded
    {
        get
        {
            lock (_gate)
            {
                return _ended;
            }
        }
    }

    /// <summary>Connects to a Tub, and waits until banana starts.</summary>
    /// <param name="pipe">This end of a connection whose other end a listener serves.</param>
    /// <param name="target">The Tub's TubID.</param>
    public static async Task<HostilePeer> ConnectAsync(IDuplexPipe pipe, string target)
    {
        DuplexPipeStream stream = new(TransportConnection.FromPipe(pipe));
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /id/{target} HTTP/1.1\r\nHost: x\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n"));
        await ReadBlockAsync(stream);
        return await NegotiateAsync(pipe, await HostileTls.ConnectAsync(stream), target);
    }

    /// <summary>Takes a connection of a Tub, and waits until banana starts.</summary>
    /// <param name="pipe">This end of a connection that the Tub has opened.</param>
    /// <param name="target">The Tub's TubID.</param>
    public static async Task<HostilePeer> AcceptAsync(IDuplexPipe pipe, string target)
    {
        DuplexPipeStream stream = new(TransportConnection.FromPipe(pipe));
        await ReadBlockAsync(stream);
        await stream.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.0, PB/1.0\r\nConnection: Upgrade\r\n\r\n"u8.ToArray());
        return await NegotiateAsync(pipe, await HostileTls.AcceptAsync(stream), target);
    }

    /// <summary>Starts to read, and waits for the first message of some kind.</summary>
    public Task<Message?> StartAsync(Func<Message, bool> wanted)
    {
        Task<Message?> found = ExpectAsync(wanted);
        _reading = ReadAsync();
        return found;
    }

    /// <summary>Waits for a message that comes from now on; others are thrown away. Call it before what causes the message.</summary>
    /// <returns>The message, or none if the connection has ended.</returns>
    public Task<Message?> ExpectAsync(Func<Message, bool> wanted)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return Task.FromResult<Message?>(null);
            }

            _wanted = wanted;
            _found = new TaskCompletionSource<Message?>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _found.Task;
        }
    }

    /// <summary>The objects that the other end has sent since the last time.</summary>
    public IReadOnlyList<long> TakeClids()
    {
        lock (_gate)
        {
            List<long> clids = [.. _clids];
            _clids.Clear();
            return clids;
        }
    }

    /// <summary>Sends a message, which must be a good one.</summary>
    public Task SendAsync(string wire) => SendAsync(Wire.Bytes(wire));

    /// <summary>Sends anything. If nobody reads it any more, that is no mistake.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        try
        {
            await _tls.WriteAsync(bytes);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // The other end has ended the connection, which the reader notices.
        }
    }

    /// <summary>
    /// Sends hostile tokens, gives up the message that they may leave open, and waits until the other end has handled all
    /// of it: until it answers a PING behind it, or has ended the connection.
    /// </summary>
    /// <returns>Whether the connection is good for more.</returns>
    public async Task<bool> ExchangeAsync(TokenStream stream)
    {
        byte[] bytes = stream.ToBytes();
        if (!TokenStream.Parse(bytes).IsWhole)
        {
            await SendAsync(bytes);
            await EndAsync();
            return false;
        }

        List<Token> tail = [];
        if (stream.Depth > 0)
        {
            tail.Add(Token.Of(TokenType.Abort, 0));
            tail.AddRange(Enumerable.Repeat(Token.Of(TokenType.Close, 0), stream.Depth));
        }

        ulong number = ++_pings;
        tail.Add(Token.Of(TokenType.Ping, number));
        Task<Message?> pong = ExpectAsync(message => message.IsPong(number));
        await SendAsync([.. bytes, .. new TokenStream(tail, []).ToBytes()]);
        return await pong is not null;
    }

    /// <summary>
    /// Ends the connection below TLS, and waits for the other end to do so. TLS itself cannot be ended here: OpenSSL must
    /// not do so while the reader decrypts.
    /// </summary>
    public async Task EndAsync()
    {
        await _pipe.Output.CompleteAsync();
        await _reading;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _tls.DisposeAsync();
        await _pipe.Input.CompleteAsync();
    }

    private static async Task<HostilePeer> NegotiateAsync(IDuplexPipe pipe, SslStream tls, string target)
    {
        string own = Identities.Hostile.TubId.ToString();
        string incarnation = $"hostile{Interlocked.Increment(ref _incarnations)}";
        await tls.WriteAsync(Encoding.ASCII.GetBytes(
            "banana-negotiation-range: 3 3\r\ninitial-vocab-table-range: 0 1\r\nlast-connection: none 0\r\n"
            + $"my-incarnation: {incarnation}\r\nmy-tub-id: {own}\r\n\r\n"));
        await ReadBlockAsync(tls);
        if (string.CompareOrdinal(own, target) > 0)
        {
            await tls.WriteAsync(Encoding.ASCII.GetBytes(
                $"banana-decision-version: 3\r\ncurrent-connection: {incarnation} 1\r\ninitial-vocab-table-index: 1 bb33\r\n\r\n"));
        }
        else
        {
            await ReadBlockAsync(tls);
        }

        return new HostilePeer(pipe, tls);
    }

    /// <summary>Byte by byte, so that nothing is read of what is behind the block.</summary>
    private static async Task ReadBlockAsync(Stream stream)
    {
        byte[] next = new byte[1];
        for (int ends = 0; ends < 4;)
        {
            if (await stream.ReadAsync(next) == 0)
            {
                throw new IOException("The other end has refused to negotiate.");
            }

            ends = next[0] == (ends % 2 == 0 ? '\r' : '\n') ? ends + 1 : 0;
        }
    }

    private async Task ReadAsync()
    {
        MessageReader reader = new();
        byte[] buffer = new byte[64 * 1024];
        try
        {
            int count;
            do
            {
                // As the library does it: wait with a read into nothing, then take what is there.
                _ = await _tls.ReadAsync(Memory<byte>.Empty);
                count = await _tls.ReadAsync(buffer);
                reader.Read(buffer.AsSpan(0, count), OnMessage);
            }
            while (count > 0);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // Cut by the other end.
        }
        finally
        {
            OnEnded();
        }
    }

    private void OnEnded()
    {
        TaskCompletionSource<Message?>? found;
        lock (_gate)
        {
            _ended = true;
            (found, _found) = (_found, null);
        }

        found?.TrySetResult(null);
    }

    private void OnMessage(Message message)
    {
        TaskCompletionSource<Message?>? found = null;
        lock (_gate)
        {
            _clids.AddRange(message.References);
            if (_wanted is not null && _wanted(message))
            {
                (found, _found, _wanted) = (_found, null, null);
            }
        }

        found?.TrySetResult(message);
    }
}
