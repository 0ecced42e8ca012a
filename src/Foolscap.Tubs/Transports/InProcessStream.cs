using System.Runtime.CompilerServices;

namespace Foolscap.Tubs.Transports;

/// <summary>
/// Two lanes as the stream under the two pipes of an <see cref="InProcessConnection"/>. Disposing it, which completing the
/// output pipe does, ends the sending direction only.
/// </summary>
/// <param name="incoming">What the other end sends.</param>
/// <param name="outgoing">What goes to it.</param>
/// <param name="onInputEnded">Is called when the end of what the other end sends has been read.</param>
internal sealed class InProcessStream(InProcessLane incoming, InProcessLane outgoing, Action onInputEnded) : AsyncStream
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await incoming.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count == 0 && !buffer.IsEmpty)
        {
            onInputEnded();
        }

        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        outgoing.WriteAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            outgoing.End();
        }

        base.Dispose(disposing);
    }
}
