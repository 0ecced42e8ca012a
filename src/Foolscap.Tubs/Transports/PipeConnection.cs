using System.IO.Pipelines;
using System.Net;

namespace Foolscap.Tubs.Transports;

/// <summary>Two pipes as a connection.</summary>
internal sealed class PipeConnection(IDuplexPipe pipe, EndPoint? remoteEndPoint, Action? abort)
    : TransportConnection(remoteEndPoint)
{
    private int _aborted;

    public override PipeReader Input => pipe.Input;

    public override PipeWriter Output => pipe.Output;

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
            pipe.Output.Complete(new IOException("The connection was aborted."));
            pipe.Input.CancelPendingRead();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await pipe.Output.CompleteAsync().ConfigureAwait(false);
        await pipe.Input.CompleteAsync().ConfigureAwait(false);
    }
}
