using System.Buffers.Binary;
using System.Net.Sockets;

namespace Foolscap.Tubs.Transports;

/// <summary>What the kernel knows of a TCP connection: a few fields of Linux's <c>struct tcp_info</c> (<c>linux/tcp.h</c>).</summary>
/// <param name="State">The state of the connection.</param>
/// <param name="Unacked">How many segments have been sent and not acknowledged; a FIN counts.</param>
/// <param name="NotSent">How many bytes have not been sent yet.</param>
/// <param name="LastAckReceived">How long ago the other end's kernel has last acknowledged anything.</param>
internal readonly record struct TcpInfo(TcpState State, uint Unacked, uint NotSent, TimeSpan LastAckReceived)
{
    private const int Tcp = 6;
    private const int Option = 11;
    private const int UnackedOffset = 24;
    private const int LastAckReceivedOffset = 56;
    private const int AcknowledgedOffset = 120;
    private const int NotSentOffset = 144;
    private const int Length = 148;

    /// <summary>How many bytes the other end's kernel has acknowledged.</summary>
    public long AcknowledgedBytes { get; init; }

    /// <summary>Whether the other end's kernel has everything that was sent.</summary>
    public bool IsDelivered => State == TcpState.Closed || (Unacked == 0 && NotSent == 0);

    /// <summary>Asks the kernel.</summary>
    /// <returns>Whether it told; only Linux does, and only of a TCP socket that is not disposed.</returns>
    public static bool TryGet(Socket socket, out TcpInfo info)
    {
        info = default;
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Length];
        try
        {
            if (socket.GetRawSocketOption(Tcp, Option, bytes) < Length)
            {
                return false; // An older kernel, which does not count what it has not sent.
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }

        info = new TcpInfo(
            (TcpState)bytes[0],
            Read(bytes, UnackedOffset),
            Read(bytes, NotSentOffset),
            TimeSpan.FromMilliseconds(Read(bytes, LastAckReceivedOffset)))
        {
            AcknowledgedBytes = BitConverter.ToInt64(bytes[AcknowledgedOffset..]),
        };
        return true;
    }

    private static uint Read(ReadOnlySpan<byte> bytes, int offset) => BitConverter.IsLittleEndian
        ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..])
        : BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]);
}

/// <summary>States of a TCP connection, as Linux numbers them; only those that this library asks for.</summary>
internal enum TcpState
{
    /// <summary>Both directions are open.</summary>
    Established = 1,

    /// <summary>Over: it was reset, or both directions have ended and the socket waits for nothing any more.</summary>
    Closed = 7,

    /// <summary>The other end's direction has ended.</summary>
    CloseWait = 8,
}
