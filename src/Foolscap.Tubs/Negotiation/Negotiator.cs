using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using Foolscap.Furls;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Handshakes;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Negotiation;

/// <summary>
/// Brings a transport connection to the point where banana starts, in either role
/// (<c>foolscap.negotiate.Negotiation</c>): request and answer in clear, TLS, hello, decision.
/// </summary>
internal static class Negotiator
{
    // An idle connection holds none of this (zero-byte reads); a write of the relay protocol fits in.
    private const int ReadSize = 64 * 1024;

    /// <summary>A relay's reason is written for whoever reads the error: it should be whole.</summary>
    private const int LongestReason = 400;

    private static readonly byte[] SwitchingProtocols =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.0, PB/1.0\r\nConnection: Upgrade\r\n\r\n"u8.ToArray();

    /// <summary>Negotiates as the side that connected.</summary>
    /// <param name="tub">This side.</param>
    /// <param name="transport">The connection; it is closed if this fails.</param>
    /// <param name="target">Whom to expect.</param>
    /// <param name="host">What to write into the request's Host field.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="NegotiationException">The other end refused, or is not the target.</exception>
    public static Task<TubConnection> ConnectAsync(
        Tub tub, TransportConnection transport, TubId target, string host, CancellationToken cancellationToken) =>
        RunAsync(
            transport,
            tub.TimeProvider,
            async () =>
            {
                string request = $"GET /id/{target} HTTP/1.1\r\nHost: {host}\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n";
                await transport.Output.WriteAsync(Encoding.UTF8.GetBytes(request), cancellationToken).ConfigureAwait(false);
                CheckAnswer(await HeaderBlock.ReadAsync(transport.Input, cancellationToken).ConfigureAwait(false));
                ConnectTrace.Answered(ConnectTrace.Current);
                PeerTls tls = await PeerTls.ConnectAsync(transport, tub.Certificate, target, cancellationToken).ConfigureAwait(false);
                ConnectTrace.Encrypted(ConnectTrace.Current, tls.Stream);
                return await DecideAsync(tub, transport, tls, target, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Negotiates as the side that listens, after the request has been read.</summary>
    /// <param name="tub">This side, the Tub that the request names.</param>
    /// <param name="transport">The connection; it is closed if this fails.</param>
    /// <param name="place">Its place among those that do their handshakes.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="NegotiationException">The other end is not acceptable.</exception>
    public static Task<TubConnection> AcceptAsync(
        Tub tub, TransportConnection transport, HandshakePlace place, CancellationToken cancellationToken) =>
        RunAsync(
            transport,
            tub.TimeProvider,
            async () =>
            {
                await transport.Output.WriteAsync(SwitchingProtocols, cancellationToken).ConfigureAwait(false);
                PeerTls tls = await PeerTls.AcceptAsync(transport, tub.Certificate, place, cancellationToken).ConfigureAwait(false);
                return await DecideAsync(tub, transport, tls, target: null, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Creates the reader of what the peer sends inside of TLS. Its buffers are small until the hello is there.</summary>
    internal static PipeReader CreateReader(Stream stream) => PipeReader.Create(
        stream,
        new StreamPipeReaderOptions(new StartSmallPool(), ReadSize, StartSmallPool.MinimumReadSize, leaveOpen: true, useZeroByteReads: true));

    private static async Task<TubConnection> RunAsync(
        TransportConnection transport, TimeProvider timeProvider, Func<Task<TubConnection>> negotiate, CancellationToken cancellationToken)
    {
        try
        {
            return await negotiate().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (exception is NegotiationException)
            {
                // The other end may still have to read why.
                await LingeringClose.RunAsync(transport, timeProvider).ConfigureAwait(false);
                throw;
            }

            transport.Abort();
            await transport.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();

            throw new NegotiationException($"The connection was lost while it negotiated: {LossReason.Of(exception)}", exception);
        }
    }

    private static void CheckAnswer(string answer)
    {
        string statusLine = answer.Split("\r\n", 2)[0];
        string[] words = statusLine.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2 || words[1] != "101")
        {
            throw new NegotiationException($"The other end answered: {Excerpt.Of(statusLine, LongestReason)}");
        }

        if (!answer.Contains("Upgrade: TLS/1.0", StringComparison.Ordinal))
        {
            throw new NegotiationException("The other end's answer does not upgrade to TLS.");
        }
    }

    private static async Task<TubConnection> DecideAsync(
        Tub tub, TransportConnection transport, PeerTls tls, TubId? target, CancellationToken cancellationToken)
    {
        PipeReader input = CreateReader(tls.Stream);
        try
        {
            return await DecideAsync(tub, transport, tls, input, target, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (exception is NegotiationException refusal)
            {
                await TryRefuseAsync(tls, refusal.Message, cancellationToken).ConfigureAwait(false);
            }

            await input.CompleteAsync().ConfigureAwait(false);
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<TubConnection> DecideAsync(
        Tub tub, TransportConnection transport, PeerTls tls, PipeReader input, TubId? target, CancellationToken cancellationToken)
    {
        ConnectionTable table = tub.Connections;
        ConnectionMark? last = target is null ? null : table.GetLastConnection(target);
        byte[] hello = new Hello(tub.TubId, table.Incarnation, last).Format();
        await tls.Stream.WriteAsync(hello, cancellationToken).ConfigureAwait(false);
        Hello offer = Hello.Parse(await HeaderBlock.ReadAsync(input, cancellationToken).ConfigureAwait(false));
        TubId remote = CheckIdentity(tub, tls, offer);
        Activity? trace = target is null ? null : ConnectTrace.Current; // That of the side that connects.
        ConnectTrace.Greeted(trace);

        bool isMaster = tub.TubId > remote;
        NegotiatedConnection negotiated = new(transport, tls, input, remote, offer.Incarnation, isMaster);
        TubConnection? existing;
        TubConnection connection;
        if (isMaster)
        {
            connection = new TubConnection(tub, negotiated);
            if (!table.TryDecide(connection, offer, out existing))
            {
                existing?.Probe();
                throw new NegotiationException("Duplicate connection");
            }
        }
        else
        {
            ConnectionMark? decided = Decision.Parse(await HeaderBlock.ReadAsync(input, cancellationToken).ConfigureAwait(false));
            connection = new TubConnection(tub, negotiated);
            existing = table.Attach(connection, decided);
        }

        existing?.ReplaceBy(connection);
        connection.Start();
        ConnectTrace.Decided(trace);
        return connection;
    }

    private static TubId CheckIdentity(Tub tub, PeerTls tls, Hello offer)
    {
        TubId proven = tls.PeerTubId ?? throw new NegotiationException("A Tub must show a certificate.");
        if (offer.TubId != proven)
        {
            throw new NegotiationException($"The hello claims TubID {offer.TubId}, and the certificate is that of {proven}.");
        }

        return proven != tub.TubId
            ? proven
            : throw new NegotiationException("A Tub cannot connect to a Tub with its own certificate.");
    }

    private static async Task TryRefuseAsync(PeerTls tls, string reason, CancellationToken cancellationToken)
    {
        try
        {
            await tls.Stream.WriteAsync(Decision.Refuse(reason), cancellationToken).ConfigureAwait(false);
            await tls.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The other end is gone, or has refused first.
        }
    }
}
