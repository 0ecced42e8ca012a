using System.Net.Sockets;
using Foolscap.Tubs.Transports;
using Microsoft.Win32.SafeHandles;

namespace Foolscap.Tubs;

/// <summary>
/// A pipe of the kernel between two connections: what arrives at one goes on to the other without a copy through this
/// process (Linux's <c>splice</c>). It is rented for as long as bytes move without a wait, and empty before and after: there
/// are few, however many connections.
/// </summary>
/// <remarks>
/// Whoever uses one has the sole right to read the one connection, whose <see cref="TransportConnection.Input"/> holds
/// nothing unread, and to write to the other, whose <see cref="TransportConnection.Output"/> holds nothing and is not
/// flushing. Not thread-safe.
/// </remarks>
public sealed class KernelPipe : IDisposable
{
    /// <summary>The most that <see cref="Receive"/> takes, in bytes.</summary>
    public const int MostBytes = 256 * 1024;

    private readonly SafeFileHandle _readEnd;
    private readonly SafeFileHandle _writeEnd;
    private SocketStream? _from;
    private SocketStream? _to;

    internal KernelPipe(SafeFileHandle readEnd, SafeFileHandle writeEnd) => (_readEnd, _writeEnd) = (readEnd, writeEnd);

    /// <summary>How many bytes are in the pipe.</summary>
    public int Count { get; private set; }

    /// <summary>Says whether there is such a way between two connections: both are TCP sockets, and the system is Linux.</summary>
    /// <param name="from">The connection that is read.</param>
    /// <param name="to">The connection that is written to.</param>
    /// <returns>Whether <see cref="TryRent"/> can succeed.</returns>
    public static bool CanJoin(TransportConnection from, TransportConnection to) =>
        KernelPipePool.Shared.IsSupported && from is SocketConnection && to is SocketConnection;

    /// <summary>Takes a pipe, which joins two connections until it is disposed.</summary>
    /// <param name="from">The connection that is read.</param>
    /// <param name="to">The connection that is written to.</param>
    /// <returns>The pipe; <see langword="null"/> if there is no such way, or none is free, or the system gives none.</returns>
    public static KernelPipe? TryRent(TransportConnection from, TransportConnection to)
    {
        if (from is not SocketConnection input || to is not SocketConnection output || KernelPipePool.Shared.TryRent() is not KernelPipe pipe)
        {
            return null;
        }

        (pipe._from, pipe._to) = (input.Stream, output.Stream);
        return pipe;
    }

    /// <summary>Takes what has arrived into the pipe, without a wait. The pipe must be empty.</summary>
    /// <returns>How many bytes; 0 if nothing is there now, and at the end, which a read tells of.</returns>
    /// <exception cref="SocketException">The connection was lost or reset; it may be told only here, and not by a read as well.</exception>
    /// <exception cref="ObjectDisposedException">The connection has been closed.</exception>
    public int Receive()
    {
        if (Count != 0)
        {
            throw new InvalidOperationException("The pipe is not empty.");
        }

        return Count = _from!.TryReceiveInto(_writeEnd, MostBytes);
    }

    /// <summary>Sends what is in the pipe, as much of it as the other connection takes without a wait.</summary>
    /// <returns>How many bytes; what is left is for <see cref="Read"/>.</returns>
    /// <exception cref="SocketException">The connection was lost or reset; it may be told only here, and not by a write as well.</exception>
    /// <exception cref="ObjectDisposedException">The connection has been closed.</exception>
    public int Send()
    {
        int sent = 0;
        for (int count = -1; count != 0 && Count > 0; sent += count)
        {
            count = _to!.TrySendFrom(_readEnd, Count);
            Count -= count;
        }

        return sent;
    }

    /// <summary>Takes everything that is in the pipe out of it, to be sent by a write.</summary>
    /// <param name="buffer">Gets the bytes; at least <see cref="Count"/> long.</param>
    public void Read(Span<byte> buffer)
    {
        for (int count; Count > 0; Count -= count)
        {
            count = PipeCalls.Read(_readEnd, buffer[..Count]);
            buffer = buffer[count..];
        }
    }

    /// <summary>Gives the pipe back; one that is not empty, because a connection was lost, is closed with what is in it.</summary>
    public void Dispose()
    {
        if (_from is null)
        {
            return;
        }

        (_from, _to) = (null, null);
        KernelPipePool.Shared.Return(this);
    }

    /// <summary>Closes the pipe itself.</summary>
    internal void Close()
    {
        _readEnd.Dispose();
        _writeEnd.Dispose();
    }
}
