using System.Net.Sockets;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Interop.Tests.Raw;

namespace Foolscap.Relay.Interop.Tests.StreamEnds;

/// <summary>B or C, which reads all the time, and notes what it sees.</summary>
internal sealed class StreamSide(RawSocket socket, string name, int seed) : IDisposable
{
    private readonly TaskCompletionSource<string> _seenEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _more = new(0);
    private long _received;
    private volatile bool _resetSeenBySend;

    public RawSocket Socket => socket;

    public long Sent { get; private set; }

    public bool HasEnded { get; private set; }

    public bool HasReset { get; private set; }

    /// <summary>Starts to read what the other side sends.</summary>
    public void Start(StreamSide other) => _ = Task.Run(() => ReadAsync(other));

    /// <summary>Sends bytes; a reset of the other side may cut that short.</summary>
    public async Task SendAsync(int count)
    {
        try
        {
            Sent += count;
            await socket.SendPatternAsync(0, count, seed);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // The kernel tells once of a reset; a read sees an end then.
            _resetSeenBySend = exception.SocketErrorCode == SocketError.ConnectionReset;
        }
    }

    public void End()
    {
        HasEnded = true;
        socket.End();
    }

    /// <summary>Resets the connection, behind everything that was sent.</summary>
    public async Task ResetAsync()
    {
        await socket.DeliveredAsync();
        HasReset = true;
        socket.Reset();
    }

    /// <summary>Waits until this side has seen everything that the other one has done so far.</summary>
    public async Task CaughtUpAsync(StreamSide other)
    {
        while (Volatile.Read(ref _received) < other.Sent)
        {
            Assert.That(
                await _more.WaitAsync(Waiting.Limit), Is.True, $"{name} has {_received} of {other.Sent} bytes, and nothing more comes.");
            Assert.That(_received >= other.Sent || !_seenEnd.Task.IsCompleted, Is.True, $"{name} saw an end after {_received} of {other.Sent} bytes.");
        }

        if (other.HasEnded || other.HasReset)
        {
            await CheckEndAsync(other);
        }
    }

    /// <summary>Checks that this side has seen exactly the other side's bytes, and then its end.</summary>
    public async Task CheckEndAsync(StreamSide other)
    {
        string end = await _seenEnd.Task.For($"the end of the stream for {name}, behind {_received} bytes");
        if (end == "end" && _resetSeenBySend)
        {
            end = "reset";
        }

        Assert.That((_received, end), Is.EqualTo((other.Sent, other.HasEnded ? "end" : "reset")), $"what {name} has seen");
        if (other is { HasEnded: true, HasReset: true } && !HasEnded)
        {
            await socket.ResetBehindEndAsync();
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        _more.Dispose();
    }

    private async Task ReadAsync(StreamSide other)
    {
        byte[] buffer = new byte[64 * 1024];
        byte[] expected = new byte[buffer.Length];
        try
        {
            while (await socket.Socket.ReceiveAsync(buffer) is int count and > 0)
            {
                Pattern.Fill(expected.AsSpan(0, count), _received, other.Seed);
                if (!buffer.AsSpan(0, count).SequenceEqual(expected.AsSpan(0, count)))
                {
                    _seenEnd.TrySetResult("wrong bytes");
                    return;
                }

                Volatile.Write(ref _received, _received + count);
                _more.Release();
            }

            _seenEnd.TrySetResult("end");
        }
        catch (SocketException exception)
        {
            _seenEnd.TrySetResult(exception.SocketErrorCode == SocketError.ConnectionReset ? "reset" : exception.Message);
        }
        catch (ObjectDisposedException)
        {
            _seenEnd.TrySetResult("own reset");
        }

        _more.Release();
    }

    private int Seed => seed;
}
