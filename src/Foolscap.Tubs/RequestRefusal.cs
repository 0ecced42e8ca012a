using System.Text;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs;

/// <summary>
/// Answers a peer that cannot be served, before TLS: <c>HTTP/1.1 404 Not Found: reason</c>. A Foolscap client shows the
/// whole line to its application, so the reason is written for that reader.
/// </summary>
public static class RequestRefusal
{
    private const int MaxReasonLength = 300;

    /// <summary>Sends the status line, and closes so that it arrives.</summary>
    /// <param name="connection">The connection, of which nothing else may be in use; it is closed.</param>
    /// <param name="status">400, 404, 408 or 503.</param>
    /// <param name="reason">Why, for the peer's application to read; line breaks are taken out.</param>
    /// <param name="timeProvider">The clock; the system's if not given.</param>
    /// <returns>When the connection is closed. It never fails.</returns>
    public static async Task SendAsync(TransportConnection connection, int status, string reason, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(reason);
        string line = $"HTTP/1.1 {status} {GetPhrase(status)}: {Clean(reason)}\r\n\r\n";
        try
        {
            await connection.Output.WriteAsync(Encoding.UTF8.GetBytes(line)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or System.Net.Sockets.SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The peer is gone.
        }

        await LingeringClose.RunAsync(connection, timeProvider ?? TimeProvider.System).ConfigureAwait(false);
    }

    private static string GetPhrase(int status) => status switch
    {
        400 => "Bad Request",
        404 => "Not Found",
        408 => "Request Timeout",
        503 => "Service Unavailable",
        _ => "Error",
    };

    private static string Clean(string reason)
    {
        StringBuilder clean = new(reason.Length);
        foreach (Rune rune in reason.EnumerateRunes())
        {
            clean.Append(Rune.IsControl(rune) ? " " : rune.ToString());
            if (clean.Length >= MaxReasonLength)
            {
                break;
            }
        }

        return clean.ToString();
    }
}
