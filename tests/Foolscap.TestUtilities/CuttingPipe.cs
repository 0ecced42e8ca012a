using System.IO.Pipelines;
using System.Net;
using Foolscap.Tubs;

namespace Foolscap.TestUtilities;

/// <summary>
/// A connection in memory with a wire that can be cut: with an error at both ends, as a reset does it, or silently, as an
/// unplugged cable or a NAT that forgot does it. Thread-safe.
/// </summary>
public sealed class CuttingPipe
{
    private readonly DuplexPipePair _left;
    private readonly DuplexPipePair _right;
    private readonly TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _blackHole;
    private long _bytesToFirst;
    private long _bytesToSecond;

    /// <summary>Creates a connection whose wire is whole.</summary>
    /// <param name="remoteEndPoint">What both ends take for the address of the other.</param>
    public CuttingPipe(EndPoint? remoteEndPoint = null)
    {
        _left = new DuplexPipePair(remoteEndPoint: remoteEndPoint);
        _right = new DuplexPipePair(remoteEndPoint: remoteEndPoint);
        _ = PumpAsync(_left.Second, _right.Second, count => Interlocked.Add(ref _bytesToSecond, count));
        _ = PumpAsync(_right.Second, _left.Second, count => Interlocked.Add(ref _bytesToFirst, count));
    }

    /// <summary>One end.</summary>
    public TransportConnection First => _left.FirstConnection;

    /// <summary>The other end.</summary>
    public TransportConnection Second => _right.FirstConnection;

    /// <summary>How many bytes have passed the wire on their way to <see cref="First"/>.</summary>
    public long BytesToFirst => Interlocked.Read(ref _bytesToFirst);

    /// <summary>How many bytes have passed the wire on their way to <see cref="Second"/>.</summary>
    public long BytesToSecond => Interlocked.Read(ref _bytesToSecond);

    /// <summary>From now on bytes, and ends, vanish in both directions; neither end notices.</summary>
    public void BlackHole() => _blackHole = true;

    /// <summary>Whether <see cref="BlackHole"/> has been called.</summary>
    public bool IsBlackHole => _blackHole;

    /// <summary>Resets the connection: reads at both ends fail.</summary>
    public void Cut() => _cut.TrySetResult();

    private async Task PumpAsync(IDuplexPipe from, IDuplexPipe to, Action<long> count)
    {
        Exception? failure = null;
        try
        {
            while (true)
            {
                Task<ReadResult> reading = from.Input.ReadAsync().AsTask();
                if (await Task.WhenAny(reading, _cut.Task) != reading)
                {
                    throw new IOException("The wire was cut.");
                }

                ReadResult result = await reading;
                if (!_blackHole)
                {
                    // Counted first: whoever has the bytes may ask.
                    count(result.Buffer.Length);
                    foreach (ReadOnlyMemory<byte> segment in result.Buffer)
                    {
                        await to.Output.WriteAsync(segment);
                    }
                }

                from.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            failure = exception;
        }

        if (!_blackHole || _cut.Task.IsCompleted)
        {
            await to.Output.CompleteAsync(failure);
        }
    }
}
