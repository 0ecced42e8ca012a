using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Foolscap.Tubs.Transports;

/// <summary>What Linux does with pipes and .NET has no name for.</summary>
internal static partial class PipeCalls
{
    /// <summary>
    /// How much a pipe is asked to hold. What it takes are pieces of memory, and not bytes: a segment of the network is a
    /// piece, so a pipe must be larger than what one wants to be in it.
    /// </summary>
    private const int PipeSize = 1024 * 1024;

    /// <summary>A pipe that holds less, as a user gets who has many, is not worth its calls.</summary>
    private const int LeastPipeSize = 64 * 1024;

    // Of fcntl.h, the same on all architectures that .NET knows.
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int SetPipeSize = 1031;
    private const int GetPipeSize = 1032;
    private const uint SpliceNonBlocking = 2;

    /// <summary>Makes a pipe.</summary>
    /// <returns>The pipe; null if the system gives none.</returns>
    public static KernelPipe? TryMake()
    {
        if (MakePipe(out Ends ends, CloseOnExec | NonBlocking) != 0)
        {
            return null;
        }

        var pipe = new KernelPipe(new SafeFileHandle(ends.Read, ownsHandle: true), new SafeFileHandle(ends.Write, ownsHandle: true));
        if (Control(ends.Write, SetPipeSize, PipeSize) < 0 && Control(ends.Write, GetPipeSize, 0) < LeastPipeSize)
        {
            pipe.Close();
            return null;
        }

        return pipe;
    }

    /// <summary>Moves bytes from a socket into a pipe, or from a pipe into a socket, without a wait.</summary>
    /// <param name="from">Where they are.</param>
    /// <param name="to">Where they go.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="error">What kept it from moving any; success if it has moved some, and at the end.</param>
    /// <returns>How many.</returns>
    public static int Splice(SafeHandle from, SafeHandle to, int most, out SocketError error)
    {
        nint count = Splice(from, 0, to, 0, most, SpliceNonBlocking);
        error = count >= 0 ? SocketError.Success : Translate(Marshal.GetLastPInvokeError());
        return Math.Max(0, (int)count);
    }

    /// <summary>Reads from a pipe, in which there is something.</summary>
    /// <returns>How many bytes.</returns>
    /// <exception cref="IOException">The kernel has lost them.</exception>
    public static int Read(SafeFileHandle pipe, Span<byte> buffer)
    {
        nint count = Read(pipe, buffer, buffer.Length);
        return count > 0 ? (int)count : throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
    }

    private static SocketError Translate(int error) => error switch
    {
        4 or 11 or 12 or 105 => SocketError.WouldBlock, // EINTR, EAGAIN, ENOMEM, ENOBUFS: not now, and nothing is lost.
        1 or 22 or 38 or 95 => SocketError.OperationNotSupported, // EPERM, EINVAL, ENOSYS, EOPNOTSUPP
        32 => SocketError.Shutdown, // EPIPE
        101 => SocketError.NetworkUnreachable,
        103 => SocketError.ConnectionAborted,
        104 => SocketError.ConnectionReset,
        107 => SocketError.NotConnected,
        110 => SocketError.TimedOut,
        113 => SocketError.HostUnreachable,
        _ => SocketError.SocketError,
    };

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int MakePipe(out Ends ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "splice", SetLastError = true)]
    private static partial nint Splice(SafeHandle from, nint fromOffset, SafeHandle to, nint toOffset, nint length, uint flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle from, Span<byte> buffer, nint length);

    /// <summary>What <c>pipe2</c> fills.</summary>
    private struct Ends
    {
        public int Read;
        public int Write;
    }
}
