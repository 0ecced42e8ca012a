using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Foolscap.Tubs.Transports;

/// <summary>
/// A socket as the stream under its two pipes. Disposing it, which completing the output pipe does, ends the sending
/// direction only (FIN); the socket itself belongs to the <see cref="SocketConnection"/>.
/// </summary>
internal sealed class SocketStream(Socket socket) : AsyncStream
{
    // A send takes the kernel's error away, and a read must not look between that and the note that is made of it.
    private readonly Lock _sending = new();

    private volatile bool _outputEnded;
    private volatile bool _inputEnded;
    private volatile bool _written;
    private bool _sentPart;
    private SocketError _sendError;

    /// <summary>Whether the other end's direction has ended, and that has been read.</summary>
    public bool IsInputEnded => _inputEnded;

    /// <summary>Whether this end's direction has ended.</summary>
    public bool IsOutputEnded => _outputEnded;

    /// <summary>Whether the other end's kernel may lack something: bytes, or the end behind them.</summary>
    public bool MayBeUndelivered => _written;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // A read into no buffer waits for data, and tells of no end.
        return buffer.IsEmpty
            ? WaitForInputAsync(cancellationToken)
            : CheckEndAsync(socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken));
    }

    /// <summary>Waits until there is something to read: bytes, or the end, of either kind.</summary>
    /// <returns>True.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WaitUntilReadableAsync(CancellationToken cancellationToken)
    {
        // A receive into no buffer is over with whatever the kernel tells of the socket, also what it told before the last
        // read: who took that for input would rent a buffer, and keep it for as long as nothing comes. So the socket is asked.
        while (!socket.Poll(TimeSpan.Zero, SelectMode.SelectRead))
        {
            await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            buffer = buffer[TrySend(buffer.Span)..];
            while (buffer.Length > 0)
            {
                ValueTask<int> sending = socket.SendAsync(buffer, SocketFlags.None, cancellationToken);
                _written = true; // Not before: a look between would find nothing on its way, and forget it.
                buffer = buffer[await sending.ConfigureAwait(false)..];
            }
        }
        catch (SocketException exception)
        {
            KeepFirst(exception.SocketErrorCode);
            throw;
        }
    }

    /// <summary>Sends what the kernel takes at once; no write may be under way.</summary>
    /// <returns>How many bytes.</returns>
    /// <exception cref="SocketException">The connection is lost.</exception>
    public int TrySend(ReadOnlySpan<byte> bytes)
    {
        lock (_sending)
        {
            int count = socket.Send(bytes, SocketFlags.None, out SocketError error);
            _written = true; // Not before: see above.
            if (error is SocketError.Success or SocketError.WouldBlock)
            {
                return count;
            }

            KeepFirst(error);
            throw new SocketException((int)error);
        }
    }

    /// <summary>Takes what has arrived into a pipe of the kernel, without a wait; no read may be under way.</summary>
    /// <param name="pipe">The pipe's end for writing.</param>
    /// <param name="most">How many bytes at most.</param>
    /// <returns>How many bytes; 0 if there are none now, and at the end: what kind of end it is, a read finds out.</returns>
    /// <exception cref="SocketException">The connection is lost.</exception>
    public int TryReceiveInto(SafeHandle pipe, int most)
    {
        int count = PipeCalls.Splice(socket.SafeHandle, pipe, most, out SocketError error);
        ThrowIfLost(error);
        return count;
    }

    /// <summary>Sends what is in a pipe, as much as the kernel takes at once; no write may be under way.</summary>
    /// <param name="pipe">The pipe's end for reading.</param>
    /// <param name="count">How many bytes are in it.</param>
    /// <returns>How many bytes.</returns>
    /// <exception cref="SocketException">The connection is lost.</exception>
    public int TrySendFrom(SafeHandle pipe, int count)
    {
        lock (_sending)
        {
            int sent = PipeCalls.Splice(pipe, socket.SafeHandle, count, out SocketError error);
            _written = true; // Not before: see above.
            if (error == SocketError.Shutdown && _sentPart)
            {
                // A splice makes several sends. One that has brought a part before it heard of a reset tells of the part only,
                // and has taken the error away; what is left to be told is that nothing goes any more, as behind an end. If there
                // was one, it is not told: a cut stream that looks whole would be worse.
                error = SocketError.ConnectionReset;
            }

            _sentPart = sent > 0 && sent < count;
            if (error is not (SocketError.Success or SocketError.WouldBlock or SocketError.OperationNotSupported))
            {
                KeepFirst(error);
            }

            ThrowIfLost(error);
            return sent;
        }
    }

    /// <summary>Forgets that something has been written.</summary>
    /// <returns>Whether something had been.</returns>
    public bool TakeWritten()
    {
        bool written = _written;
        _written = false;
        return written;
    }

    /// <summary>Remembers that something may not have been delivered.</summary>
    public void SetWritten() => _written = true;

    /// <summary>The socket is about to be reset: an end in order, which completing the pipe would send, must not come before that.</summary>
    public void GiveUpOutput() => _outputEnded = true;

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_outputEnded)
        {
            _outputEnded = true;
            try
            {
                socket.Shutdown(SocketShutdown.Send);
                _written = true;
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The connection is gone already: there is nobody left to tell.
            }
        }

        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitForInputAsync(CancellationToken cancellationToken)
    {
        await WaitUntilReadableAsync(cancellationToken).ConfigureAwait(false);
        return 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> CheckEndAsync(ValueTask<int> receiving)
    {
        int count = await receiving.ConfigureAwait(false);
        if (count == 0)
        {
            if (IsReset())
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }

            _inputEnded = true;
        }

        return count;
    }

    /// <summary>
    /// Whether what reads as an end is none. The kernel tells of a reset once: if a send has heard of it, a read sees an
    /// end, although the other end has sent no FIN.
    /// </summary>
    private bool IsReset()
    {
        // In this order: with both ends closed the state is the same, and this end is marked before it is closed.
        if (!TcpInfo.TryGet(socket, out TcpInfo info) || info.State != TcpState.Closed || _outputEnded)
        {
            return false;
        }

        lock (_sending)
        {
            // A reset behind a FIN is another error than one without (EPIPE), and no read has taken it from a send.
            SocketError error = _sendError;
            return (error == SocketError.Success ? GetPendingError() : error) != SocketError.Shutdown;
        }
    }

    /// <summary>Throws what the kernel says of a connection; that it does not know of pipes of this kind is remembered instead.</summary>
    private static void ThrowIfLost(SocketError error)
    {
        if (error == SocketError.OperationNotSupported)
        {
            KernelPipePool.Shared.SetRefused();
        }
        else if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            throw new SocketException((int)error);
        }
    }

    private void KeepFirst(SocketError error)
    {
        if (_sendError == SocketError.Success)
        {
            _sendError = error;
        }
    }

    private SocketError GetPendingError()
    {
        try
        {
            return (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return SocketError.Success;
        }
    }
}
