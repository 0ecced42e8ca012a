using System.Buffers;
using System.IO.Pipelines;
using Foolscap.Relay.Server;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests.Raw;

/// <summary>
/// Stands in front of a relay and flips one bit of the first connection that it sees, at a place that a test chooses;
/// all others pass as they are.
/// </summary>
internal sealed class Tamperer(RelayServer relay) : IConnectionInterceptor
{
    private readonly Direction _up = new();
    private readonly Direction _down = new();
    private int _connections;

    /// <summary>Flips a bit of the bytes that come next.</summary>
    /// <param name="up">Whether of those from B to C.</param>
    /// <param name="offset">How many bytes come before it.</param>
    /// <returns>When it has been flipped.</returns>
    public Task FlipNext(bool up, int offset) => (up ? _up : _down).Flip(offset, behindHeader: false);

    /// <summary>Flips a bit behind the plaintext header, in the TLS handshake.</summary>
    /// <param name="up">Whether of the bytes from B to C.</param>
    /// <param name="offset">How many bytes come between the header and it.</param>
    /// <returns>When it has been flipped.</returns>
    public Task FlipBehindHeader(bool up, int offset) => (up ? _up : _down).Flip(offset, behindHeader: true);

    public bool TryTake(ConnectionRequest request) => Interlocked.Increment(ref _connections) == 1
        ? relay.TryTake(request with { Connection = Tamper(request.Connection) })
        : relay.TryTake(request);

    private TransportConnection Tamper(TransportConnection real)
    {
        Pipe up = new();
        Pipe down = new();
        _ = CopyAsync(real.Input, up.Writer, _up, real.Abort);
        _ = CopyAsync(down.Reader, real.Output, _down, real.Abort);
        return TransportConnection.FromPipe(new TamperedPipes(up.Reader, down.Writer), real.RemoteEndPoint, real.Abort);
    }

    private static async Task CopyAsync(PipeReader from, PipeWriter to, Direction direction, Action abort)
    {
        try
        {
            while (true)
            {
                ReadResult result = await from.ReadAsync();
                byte[] data = result.Buffer.ToArray();
                from.AdvanceTo(result.Buffer.End);
                direction.Pass(data);
                await to.WriteAsync(data);
                if (result.IsCompleted)
                {
                    break;
                }
            }

            await to.CompleteAsync();
        }
        catch (Exception exception)
        {
            // Cut, as TLS does when it meets the flipped bit.
            await to.CompleteAsync(exception);
            abort();
        }
    }

    private sealed class Direction
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource? _flipped;
        private long _remaining;
        private int _endOfHeader;
        private bool _behindHeader;

        public Task Flip(int offset, bool behindHeader)
        {
            lock (_gate)
            {
                _flipped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _remaining = offset;
                _behindHeader = behindHeader;
                return _flipped.Task;
            }
        }

        public void Pass(Span<byte> data)
        {
            lock (_gate)
            {
                foreach (ref byte value in data)
                {
                    if (_endOfHeader < 4)
                    {
                        // The blank line.
                        _endOfHeader = value == "\r\n\r\n"u8[_endOfHeader] ? _endOfHeader + 1 : value == '\r' ? 1 : 0;
                        if (_behindHeader)
                        {
                            continue;
                        }
                    }

                    if (_flipped is { Task.IsCompleted: false } && _remaining-- == 0)
                    {
                        value ^= 1;
                        _flipped.SetResult();
                    }
                }
            }
        }
    }

    private sealed record TamperedPipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
