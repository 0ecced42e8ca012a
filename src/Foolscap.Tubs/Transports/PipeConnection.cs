using System.IO.Pipelines;
using System.Net;

namespace Foolscap.Tubs.Transports;

/// <summary>Two pipes as a connection.</summary>
internal sealed class PipeConnection(PipeReader input, PipeWriter output, EndPoint? remoteEndPoint, Action? abort)
    : TransportConnection(remoteEndPoint)
{
    public override PipeReader Input => input;

    public override PipeWriter Output => output;

    protected override void OnAbort()
    {
        if (abort is not null)
        {
            abort();
        }
        else
        {
            // Whoever uses the pipes at this moment is told so, and completes them when it lets go.
            output.CancelPendingFlush();
            input.CancelPendingRead();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        // Of an aborted connection the other end sees an error, and not an orderly end.
        IOException? error = IsAborted && abort is null ? new IOException("The connection was aborted.") : null;
        await output.CompleteAsync(error).ConfigureAwait(false);
        await input.CompleteAsync(error).ConfigureAwait(false);
    }
}
