using System.IO.Pipelines;

namespace Foolscap.Relay.Server.Interception;

/// <summary>
/// Watches a caller who waits to be relayed, to notice when he goes away. It reads ahead, but no more than a little: a
/// caller has to hear from the Tub before he has more to say than the beginning of TLS.
/// </summary>
internal sealed class CallerWatch : IAsyncDisposable
{
    private const int MaxReadAhead = 8 * 1024;

    private readonly PipeReader _input;
    private readonly CancellationTokenSource _gone = new();
    private readonly Task _watching;

    public CallerWatch(PipeReader input)
    {
        _input = input;
        _watching = WatchAsync();
    }

    /// <summary>Cancelled when the caller has gone away.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>Ends the watch; the input is free to be read again, with every byte in it.</summary>
    public async ValueTask DisposeAsync()
    {
        _input.CancelPendingRead();
        await _watching.ConfigureAwait(false);
        _gone.Dispose();
    }

    /// <summary>
    /// An orderly end is no going away: what the caller has sent is still to be passed on, and its end behind it.
    /// </summary>
    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                ReadResult result = await _input.ReadAsync().ConfigureAwait(false);
                bool enough = result.IsCanceled || result.IsCompleted || result.Buffer.Length >= MaxReadAhead;
                _input.AdvanceTo(result.Buffer.Start, enough ? result.Buffer.Start : result.Buffer.End);
                if (enough)
                {
                    return;
                }
            }
        }
        catch (Exception)
        {
            // Whatever the transport throws: Kestrel's, say, a kind of OperationCanceledException.
            await _gone.CancelAsync().ConfigureAwait(false);
        }
    }
}
