using System.IO.Pipelines;
using System.Net;

namespace Foolscap.Tubs.Transports;

/// <summary>Two pipes as a connection.</summary>
internal sealed class PipeConnection(PipeReader input, PipeWriter output, EndPoint? remoteEndPoint, Action? abort)
    : TransportConnection(remoteEndPoint)
{
    private int _aborted;

    public override PipeReader Input => input;

    public override PipeWriter Output => output;

    public override void Abort()
    {
        if (Interlocked.Exchange(ref _aborted, 1) != 0)
        {
            return;
        }

        if (abort is not null)
        {
            abort();
        }
        else
        {
            // A reader that waits at this end is woken by a cancelled read; the other end sees the error.
            output.Complete(new IOException("The connection was aborted."));
            input.CancelPendingRead();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await output.CompleteAsync().ConfigureAwait(false);
        await input.CompleteAsync().ConfigureAwait(false);
    }
}
