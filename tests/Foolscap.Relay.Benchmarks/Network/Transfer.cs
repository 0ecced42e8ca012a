using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Benchmarks.Network;

/// <summary>
/// A pattern on its way through one connection. Both ends of it are in this process, and share this: so every byte is
/// compared, what came is what was sent, and the rate is taken where the bytes arrive. Thread-safe.
/// </summary>
internal sealed class Transfer(long id, StreamKind kind, long? bytesPerSecond = null)
{
    private readonly TaskCompletionSource _backendEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopped;
    private long _sent;
    private long _received;

    public long Id => id;

    public StreamKind Kind => kind;

    /// <summary>How many bytes have arrived, all of them the right ones.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Completes when the backend has done its part; fails as that did.</summary>
    public Task BackendEnded => _backendEnded.Task;

    private int Seed => (int)id;

    /// <summary>Lets the sender come to its end.</summary>
    public void Stop() => _stopped = true;

    /// <summary>The backend has done its part, or has failed to.</summary>
    public void EndBackend(Exception? failure)
    {
        if (failure is null)
        {
            _backendEnded.TrySetResult();
        }
        else
        {
            _backendEnded.TrySetException(failure);
        }
    }

    /// <summary>Sends the pattern until <see cref="Stop"/>, and then the end of the direction.</summary>
    public async Task SendAsync(Socket socket)
    {
        Stopwatch elapsed = Stopwatch.StartNew();
        while (!_stopped)
        {
            ReadOnlyMemory<byte> piece = BytePattern.Get(Seed, _sent, BytePattern.MaxPiece);
            await socket.SendAllAsync(piece);
            _sent += piece.Length;
            if (bytesPerSecond is long rate && TimeSpan.FromSeconds((double)_sent / rate) - elapsed.Elapsed is { TotalMilliseconds: > 1 } early)
            {
                await Task.Delay(early);
            }
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Receives the pattern up to the end of the direction.</summary>
    /// <exception cref="InvalidDataException">It is not the pattern.</exception>
    public async Task ReceiveAsync(Socket socket)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BytePattern.MaxPiece);
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(0, BytePattern.MaxPiece)) is int count and > 0)
            {
                if (!buffer.AsSpan(0, count).SequenceEqual(BytePattern.Get(Seed, _received, count).Span))
                {
                    throw new InvalidDataException($"Wrong bytes arrived behind the first {_received} of a transfer.");
                }

                Volatile.Write(ref _received, _received + count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Checks, when both ends are done, that all has arrived.</summary>
    /// <exception cref="InvalidDataException">It has not.</exception>
    public void CheckIsComplete()
    {
        if (_received != _sent)
        {
            throw new InvalidDataException($"{_received} of {_sent} bytes of a transfer arrived.");
        }
    }
}
