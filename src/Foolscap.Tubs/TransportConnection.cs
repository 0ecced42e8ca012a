using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs;

/// <summary>
/// A connection as all of this library sees one: two pipes, and where the other end is. Sockets, a web server's
/// connections and in-memory pipes all arrive as one.
/// </summary>
/// <remarks>
/// Completing <see cref="Output"/> ends the sending direction after all that was written (a TCP half-close). A read that
/// completes is the other end's half-close; one that throws is a lost or reset connection.
/// </remarks>
public abstract class TransportConnection : IDuplexPipe, IAsyncDisposable
{
    private int _aborted;

    /// <summary>For implementations.</summary>
    /// <param name="remoteEndPoint">The other end's address, if there is one.</param>
    protected TransportConnection(EndPoint? remoteEndPoint) => RemoteEndPoint = remoteEndPoint;

    /// <summary>Whether <see cref="Abort"/> has been called.</summary>
    protected internal bool IsAborted => Volatile.Read(ref _aborted) != 0;

    /// <summary>What the other end sends.</summary>
    public abstract PipeReader Input { get; }

    /// <summary>What goes to the other end. A flush completes when the transport has taken all bytes.</summary>
    public abstract PipeWriter Output { get; }

    /// <summary>The other end's address, if there is one.</summary>
    public EndPoint? RemoteEndPoint { get; }

    /// <summary>What the other end's host has of what was sent; none where that is not known.</summary>
    internal virtual Delivery? Delivery => null;

    /// <summary>Makes a connection of a connected TCP socket, which then belongs to it. Sets TCP_NODELAY and TCP's keepalive.</summary>
    /// <param name="socket">The socket.</param>
    /// <returns>The connection.</returns>
    public static TransportConnection FromSocket(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return new SocketConnection(socket);
    }

    /// <summary>Opens a TCP connection.</summary>
    /// <param name="target">The address, or the host's name: it is resolved anew, and all of its addresses are tried.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="SocketException">Nobody listens there, or it cannot be reached.</exception>
    public static Task<TransportConnection> ConnectTcpAsync(EndPoint target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        return TcpDialer.ConnectAsync(target, cancellationToken);
    }

    /// <summary>Makes a connection of two pipes.</summary>
    /// <param name="pipe">The pipes, which then belong to the connection.</param>
    /// <param name="remoteEndPoint">The other end's address, if there is one.</param>
    /// <param name="abort">Resets the connection below the pipes; by default, and if it throws, pending reads and flushes are cancelled, and the pipes completed with an error on disposal.</param>
    /// <param name="bytesRead">What the caller has already consumed of the input; it is read again, before the rest.</param>
    /// <returns>The connection.</returns>
    public static TransportConnection FromPipe(
        IDuplexPipe pipe, EndPoint? remoteEndPoint = null, Action? abort = null, ReadOnlyMemory<byte> bytesRead = default)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        PipeReader input = bytesRead.IsEmpty ? pipe.Input : new PrefixedPipeReader(bytesRead, pipe.Input);
        return new PipeConnection(input, pipe.Output, remoteEndPoint, abort);
    }

    /// <summary>
    /// Ends both directions at once: pending reads and writes fail, and a socket is reset (RST), so that the other end
    /// does not take it for an orderly end. May be called from any thread, and more than once.
    /// </summary>
    public void Abort()
    {
        if (Interlocked.Exchange(ref _aborted, 1) == 0)
        {
            OnAbort();
        }
    }

    /// <summary>
    /// Resets the connection as <see cref="Abort"/> does, but behind all that was written: a TCP socket waits until the
    /// other end's kernel has it, and within a process the other end has it already. Where that cannot be known, of pipes and elsewhere than on Linux, it does not wait.
    /// </summary>
    /// <param name="timeProvider">The clock; the system's if not given.</param>
    /// <param name="cancellationToken">Ends the wait, and not the reset.</param>
    /// <returns>When the connection has been reset. It never fails.</returns>
    public virtual ValueTask ResetAsync(TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        Abort();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Has the system reset the connection, and not end it in order, should this process end without closing it: whoever is at
    /// the other end then knows that something is missing. Only TCP sockets know of that.
    /// </summary>
    public virtual void ResetIfAbandoned()
    {
    }

    /// <summary>
    /// Asks to be told of losses that neither a read nor a write tells of in time: the other end resets a connection whose
    /// input has ended in order (within about a second), or its host answers nothing while something is on its way to it
    /// (after 60 s, or 5 minutes if its window was closed). Only TCP sockets on Linux are watched, and connections within a process.
    /// </summary>
    /// <param name="onLost">Is called once at most, by any thread; it must neither block nor throw.</param>
    /// <returns>To be disposed when the connection is let go of.</returns>
    public virtual IDisposable? WatchForLoss(Action<Exception> onLost) => null;

    /// <summary>
    /// Waits until there is something to read, an end included, without taking a buffer for it. Not to be called <see cref="Input"/> holds bytes that have been read and not consumed.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False, at once, if this kind of connection cannot tell: pipes hold what arrives themselves.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    /// <exception cref="SocketException">The connection was lost or reset; it may be told only here, and not by a read as well.</exception>
    public virtual ValueTask<bool> WaitForInputAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(false);

    /// <summary>
    /// Takes what has arrived straight into a buffer, past <see cref="Input"/>: only when <see cref="WaitForInputAsync"/> has
    /// said that it can wait, and under the same condition.
    /// </summary>
    /// <param name="buffer">The buffer; not empty.</param>
    /// <param name="cancellationToken">Ends the wait for something to arrive.</param>
    /// <returns>How many bytes; 0 at the end.</returns>
    /// <exception cref="SocketException">The connection was lost or reset.</exception>
    /// <exception cref="NotSupportedException">This kind of connection has pipes only.</exception>
    public virtual ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("This connection has pipes only.");

    /// <summary>
    /// Sends at once what the transport takes without waiting, past <see cref="Output"/>, which must hold nothing and not be
    /// flushing.
    /// </summary>
    /// <param name="bytes">The bytes; they need not stay as they are afterwards.</param>
    /// <returns>How many of them have been sent, the first ones; 0 of a kind of connection that has pipes only.</returns>
    /// <exception cref="SocketException">The connection was lost or reset; it may be told only here, and not by a write as well.</exception>
    /// <exception cref="ObjectDisposedException">The connection has been closed.</exception>
    public virtual int TrySend(ReadOnlySpan<byte> bytes) => 0;

    /// <summary>Lets go of the connection; a direction that has not ended ends now.</summary>
    /// <returns>When it is done.</returns>
    public abstract ValueTask DisposeAsync();

    /// <summary>Does what <see cref="Abort"/> promises; called once, by any thread.</summary>
    protected abstract void OnAbort();
}
