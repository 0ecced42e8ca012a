using System.Net.Sockets;
using Foolscap.Relay.Interop.Tests.Raw;

namespace Foolscap.Relay.Faults.Tests.Fixtures;

/// <summary>
/// One direction of a transfer: sends the pattern until it is told to stop, and checks every byte that arrives. So what
/// arrives is what was sent, once each and in order, or the beginning of it.
/// </summary>
internal sealed class Flow(RawSocket from, RawSocket to, int seed)
{
    private const int Piece = 64 * 1024;

    /// <summary>One piece each time: 16 MiB/s, which leaves something of the machine to the faults beside the transfer.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(4);

    private long _sent;
    private long _received;
    private volatile bool _stopping;

    public long Sent => Volatile.Read(ref _sent);

    public long Received => Volatile.Read(ref _received);

    /// <summary>Whether the sender has learned of a reset: the kernel tells it once, to the sender or to the receiver of that end.</summary>
    public bool SenderWasReset { get; private set; }

    /// <summary>Sends until <see cref="Stop"/>, then ends the direction; until the stream is over if that comes first.</summary>
    public async Task SendAsync()
    {
        byte[] buffer = new byte[Piece];
        using PeriodicTimer pace = new(Pace);
        try
        {
            while (!_stopping)
            {
                await pace.WaitForNextTickAsync();
                Pattern.Fill(buffer, _sent, seed);
                for (Memory<byte> rest = buffer; rest.Length > 0;)
                {
                    int count = await from.Socket.SendAsync(rest);
                    Volatile.Write(ref _sent, _sent + count);
                    rest = rest[count..];
                }
            }

            from.End();
        }
        catch (SocketException exception)
        {
            SenderWasReset = exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown;
        }
        catch (ObjectDisposedException)
        {
            // The test is over.
        }
    }

    public void Stop() => _stopping = true;

    /// <summary>Receives until the stream is over.</summary>
    /// <returns>How the receiver learned of it.</returns>
    public async Task<StreamOutcome> ReceiveAsync()
    {
        byte[] buffer = new byte[Piece];
        byte[] expected = new byte[Piece];
        try
        {
            while (await to.Socket.ReceiveAsync(buffer) is int count and > 0)
            {
                Pattern.Fill(expected.AsSpan(0, count), _received, seed);
                int same = buffer.AsSpan(0, count).CommonPrefixLength(expected.AsSpan(0, count));
                Assert.That(same, Is.EqualTo(count), $"The byte at {_received + same} differs.");
                Volatile.Write(ref _received, _received + count);
            }

            return StreamOutcome.Ended;
        }
        catch (SocketException)
        {
            return StreamOutcome.Reset;
        }
    }
}
