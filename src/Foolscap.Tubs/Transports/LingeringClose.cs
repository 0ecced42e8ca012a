using System.IO.Pipelines;

namespace Foolscap.Tubs.Transports;

/// <summary>
/// Closes a connection so that its last words arrive: the sending direction ends, and what still comes in is read and
/// thrown away for a moment. A socket that is closed with unread input is reset, and the reset can overtake the words.
/// </summary>
internal static class LingeringClose
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>More than this is no late rest of a request, and not worth reading.</summary>
    private const long MaxDrained = 256 * 1024;

    public static async Task RunAsync(TransportConnection connection, TimeProvider timeProvider)
    {
        try
        {
            using CancellationTokenSource timeout = new(Limit, timeProvider);
            await connection.Output.CompleteAsync().ConfigureAwait(false);
            long drained = 0;
            while (drained < MaxDrained)
            {
                ReadResult result = await connection.Input.ReadAsync(timeout.Token).ConfigureAwait(false);
                drained += result.Buffer.Length;
                connection.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or System.Net.Sockets.SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The other end did not close in time, or has cut the connection.
        }

        connection.Abort();
        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
