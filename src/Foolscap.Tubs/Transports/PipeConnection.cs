using System.IO.Pipelines;
using System.Net;

namespace Foolscap.Tubs.Transports;

/// <summary>Two pipes as a connection.</summary>
internal sealed class PipeConnection(PipeReader input, PipeWriter output, EndPoint? remoteEndPoint, Action? abort)
    : TransportConnection(remoteEndPoint)
{
    /// <summary>Whether the host's own way of aborting has worked, so that the other end knows.</summary>
    private volatile bool _isReset;

    public override PipeReader Input => input;

    public override PipeWriter Output => output;

    protected override void OnAbort()
    {
        try
        {
            if (abort is not null)
            {
                abort();
                _isReset = true;
                return;
            }
        }
        catch (Exception)
        {
            // A host's own way of aborting has failed. Whoever aborts is no more to blame for it than others here: as if it had none.
        }

        // Whoever uses the pipes at this moment is told so, and completes them when it lets go.
        output.CancelPendingFlush();
        input.CancelPendingRead();
    }

    public override async ValueTask DisposeAsync()
    {
        // Of an aborted connection the other end sees an error, and not an orderly end.
        IOException? error = IsAborted && !_isReset ? new IOException("The connection was aborted.") : null;
        try
        {
            await output.CompleteAsync(error).ConfigureAwait(false);
        }
        finally
        {
            // Also if a host's pipe has thrown: the other direction must not stay open because of it.
            await input.CompleteAsync(error).ConfigureAwait(false);
        }
    }
}
