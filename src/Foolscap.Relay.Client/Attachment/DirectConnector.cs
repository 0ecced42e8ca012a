using System.IO.Pipelines;
using System.Net;
using System.Text;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Attachment;

/// <summary>
/// Opens direct connections to one relay: the client's side of <c>GET /direct/TOKEN</c>. Where they do not come up they are
/// left alone for a while, so that not every caller waits for one in vain. Thread-safe.
/// </summary>
internal sealed class DirectConnector(RelayClientOptions options, RelayClientLog log, TubConnection relay)
{
    /// <summary>How long no direct connection is tried after one has failed.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>More than this no relay needs, and it has to fit into a header.</summary>
    private const int MaxTokenLength = 1000;

    private readonly Lock _gate = new();
    private long? _failedAt;

    /// <summary>Begins to connect, if the relay offers it and it is worth trying.</summary>
    /// <param name="token">What the relay gave for it.</param>
    /// <param name="stopping">Cancelled when the client stops.</param>
    /// <returns>The attempt; none if there is nothing to try.</returns>
    public DirectAttempt? Begin(string? token, CancellationToken stopping)
    {
        if (token is null || !options.DirectConnections || relay.RemoteEndPoint is not EndPoint address || !IsUsable(token) || IsPausing())
        {
            return null;
        }

        // Its own time begins when the Tub's connection is there.
        CancellationTokenSource timeout = new(options.TargetTimeout + options.DirectTimeout, relay.TimeProvider);
        CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        return new DirectAttempt(ConnectAsync(address, ended.Token), token, address, timeout, ended);
    }

    /// <summary>Asks for the caller's connection, and waits for its first byte: then the relay has taken the token.</summary>
    /// <returns>The connection, with that byte still to be read; none if it has not come up.</returns>
    public async Task<TransportConnection?> CompleteAsync(DirectAttempt attempt)
    {
        TransportConnection? connection = null;
        attempt.EndAfter(options.DirectTimeout);
        try
        {
            connection = await attempt.Connecting.WaitAsync(attempt.Ended).ConfigureAwait(false);
            await connection.Output.WriteAsync(FormatRequest(attempt), attempt.Ended).ConfigureAwait(false);
            await CheckFirstByteAsync(connection.Input, attempt.Ended).ConfigureAwait(false);
            return connection;
        }
        catch (Exception exception)
        {
            // Whatever it is, also what a host's own way of connecting throws: the message path is there.
            OnFailed(attempt, exception);
            if (connection is null)
            {
                attempt.Abandon();
            }
            else
            {
                connection.Abort();
                await connection.DisposeAsync().ConfigureAwait(false);
            }

            return null;
        }
    }

    /// <summary>What a host's own way of connecting throws at once, it throws here later.</summary>
    private async Task<TransportConnection> ConnectAsync(EndPoint address, CancellationToken cancellationToken) =>
        await options.ConnectDirect(address, cancellationToken).ConfigureAwait(false);

    private void OnFailed(DirectAttempt attempt, Exception exception)
    {
        if (attempt.IsStopped)
        {
            return;
        }

        lock (_gate)
        {
            _failedAt = relay.TimeProvider.GetTimestamp();
        }

        log.DirectFailed(relay.RemoteTubId, Pause, exception is OperationCanceledException ? "it took too long" : exception.Message);
    }

    private bool IsPausing()
    {
        lock (_gate)
        {
            return _failedAt is long since && relay.TimeProvider.GetElapsedTime(since) < Pause;
        }
    }

    /// <summary>What the caller says first is the request that the relay has read; what is not may be an error of somebody between.</summary>
    private static async Task CheckFirstByteAsync(PipeReader input, CancellationToken cancellationToken)
    {
        ReadResult result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
        while (result.Buffer.IsEmpty && !result.IsCompleted)
        {
            input.AdvanceTo(result.Buffer.End); // A pipe may wake its reader for nothing.
            result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        bool isRequest = !result.Buffer.IsEmpty && result.Buffer.FirstSpan[0] == (byte)'G';
        string answer = isRequest ? string.Empty : Encoding.ASCII.GetString(result.Buffer.Slice(0, Math.Min(result.Buffer.Length, 100))).Split('\r')[0];
        input.AdvanceTo(result.Buffer.Start);
        if (!isRequest)
        {
            throw new IOException(answer.Length > 0 ? $"the answer was: {answer}" : "it was closed at once");
        }
    }

    private static byte[] FormatRequest(DirectAttempt attempt) => Encoding.ASCII.GetBytes(
        $"GET {RelayProtocol.DirectPath}{attempt.Token} HTTP/1.1\r\nHost: {attempt.Address}\r\nUpgrade: foolscap-relay\r\nConnection: Upgrade\r\n\r\n");

    /// <summary>A token goes into a header: whatever would end its line, or its word, is none.</summary>
    private static bool IsUsable(string token) =>
        token.Length is > 0 and <= MaxTokenLength && token.All(character => char.IsAsciiLetterOrDigit(character) || "-._~=+/".Contains(character, StringComparison.Ordinal));
}

/// <summary>One direct connection that is being opened.</summary>
internal sealed class DirectAttempt(
    Task<TransportConnection> connecting, string token, EndPoint address, CancellationTokenSource timeout, CancellationTokenSource ended) : IDisposable
{
    public Task<TransportConnection> Connecting => connecting;

    public string Token => token;

    public EndPoint Address => address;

    /// <summary>Cancelled when it takes too long, and when the client stops.</summary>
    public CancellationToken Ended { get; } = ended.Token;

    /// <summary>Whether it is the client that has ended it.</summary>
    public bool IsStopped => ended.IsCancellationRequested && !timeout.IsCancellationRequested;

    public void EndAfter(TimeSpan limit) => timeout.CancelAfter(limit);

    /// <summary>Nobody needs the connection any more: it is closed when it comes.</summary>
    public void Abandon()
    {
        ended.Cancel();
        _ = CloseAsync();
    }

    public void Dispose()
    {
        ended.Dispose();
        timeout.Dispose();
    }

    private async Task CloseAsync()
    {
        try
        {
            TransportConnection connection = await connecting.ConfigureAwait(false);
            connection.Abort();
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It has not come up, or was lost already: nothing is left to close.
        }
    }
}
