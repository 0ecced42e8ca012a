using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using Foolscap.Relay.Server.Registration;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Interception;

/// <summary>
/// Offers callers' connections to the Tubs that they name, and relays those that are accepted. Thread-safe.
/// </summary>
internal sealed class StreamAcceptor(RelayServerOptions options, RelayLog log, TimeProvider timeProvider) : IRelayedStreamObserver
{
    private readonly ConcurrentDictionary<RelayedStream, string> _active = new();
    private volatile bool _closed;
    private long _total;
    private long _refused;
    private long _toTubs;
    private long _fromTubs;

    public RelayStatistics GetStatistics(int registeredTubs) => new(
        registeredTubs,
        _active.Count,
        Interlocked.Read(ref _total),
        Interlocked.Read(ref _refused),
        Interlocked.Read(ref _toTubs),
        Interlocked.Read(ref _fromTubs));

    /// <summary>Relays no more connections, and aborts those that are relayed.</summary>
    public Task CloseAsync(string reason)
    {
        _closed = true;
        List<RelayedStream> streams = [.. _active.Keys];
        streams.ForEach(stream => stream.Abort(reason));
        return Task.WhenAll(streams.Select(stream => stream.Ended));
    }

    /// <summary>Serves one caller until its connection is over. It never fails.</summary>
    public async Task RelayAsync(TransportConnection caller, TubRegistration registration)
    {
        string peer = PeerAddress.Format(caller.RemoteEndPoint);
        string tubId = registration.TubId.ToString();
        RelayedStream stream = new(caller, new RelayedStreamOptions { ReceiveWindow = options.Window, Observer = this });
        try
        {
            RemoteReference handler = await AcceptAsync(caller, registration, stream, peer).ConfigureAwait(false);
            Interlocked.Increment(ref _total);
            _active.TryAdd(stream, tubId);
            log.StreamStarted(peer, tubId);
            stream.Start(handler, registration.SendWindow);
            if (_closed)
            {
                stream.Abort("the relay stops");
            }
        }
        catch (RefusedConnectionException refusal)
        {
            Interlocked.Increment(ref _refused);
            log.StreamRefused(peer, tubId, refusal.Message);
            if (stream.TryDetach(refusal.Message))
            {
                await RequestRefusal.SendAsync(caller, status: 503, refusal.Message, timeProvider).ConfigureAwait(false);
            }
            else
            {
                await caller.DisposeAsync().ConfigureAwait(false);
            }

            return;
        }

        catch (Exception exception)
        {
            log.StreamFaulted(peer, tubId, exception);
            stream.Abort("the relay failed");
            await caller.DisposeAsync().ConfigureAwait(false);
        }

        StreamEnd end = await stream.Ended.ConfigureAwait(false);
        _active.TryRemove(stream, out _);
        log.StreamEnded(peer, tubId, end.OutboundBytes, end.InboundBytes, end.AbortReason ?? "both sides have ended it");
    }

    void IRelayedStreamObserver.OnData(StreamDirection direction, in ReadOnlySequence<byte> data)
    {
        Interlocked.Add(ref direction == StreamDirection.Outbound ? ref _toTubs : ref _fromTubs, data.Length);
        options.Observer?.OnData(direction, data);
    }

    /// <summary>Asks the Tub, while the caller is watched.</summary>
    /// <exception cref="RefusedConnectionException">The Tub does not take the connection, or the caller is gone.</exception>
    private async Task<RemoteReference> AcceptAsync(
        TransportConnection caller, TubRegistration registration, RelayedStream stream, string peer)
    {
        using CancellationTokenSource gone = new();
        Task<object?> asked = AskAsync(registration, stream, peer);
        Task watching = WatchAsync(caller.Input, Math.Min(registration.SendWindow, options.Window), gone);
        try
        {
            object? answer = await asked.WaitAsync(options.AcceptTimeout, timeProvider, gone.Token).ConfigureAwait(false);
            return answer as RemoteReference
                ?? throw new RefusedConnectionException($"Tub {registration.TubId} answered with no handler of its own");
        }
        catch (TimeoutException)
        {
            _ = AbortLateAsync(asked);
            throw new RefusedConnectionException(
                $"Tub {registration.TubId} did not answer within {options.AcceptTimeout.TotalSeconds:0.###} s");
        }
        catch (OperationCanceledException)
        {
            _ = AbortLateAsync(asked);
            throw new RefusedConnectionException("the caller is gone");
        }
        catch (Exception exception) when (exception is FoolscapException or ObjectDisposedException)
        {
            throw new RefusedConnectionException(exception switch
            {
                RemoteException remote => $"Tub {registration.TubId} refused: {remote.RemoteMessage}",
                ViolationException violation => $"Tub {registration.TubId} answered with what cannot be taken: {violation.Message}",
                _ => $"Tub {registration.TubId} is gone",
            });
        }
        finally
        {
            caller.Input.CancelPendingRead();
            await watching.ConfigureAwait(false);
        }
    }

    private static async Task<object?> AskAsync(TubRegistration registration, RelayedStream stream, string peer) =>
        await registration.Listener.CallAsync(
            RelayProtocol.Accept,
            [stream, new Dictionary<object, object?> { [RelayProtocol.PeerKey] = peer }]).ConfigureAwait(false);

    /// <summary>A handler that comes too late is told that nobody is there any more.</summary>
    private static async Task AbortLateAsync(Task<object?> asked)
    {
        try
        {
            if (await asked.ConfigureAwait(false) is RemoteReference handler)
            {
                using (handler)
                {
                    handler.CallOnly(RelayProtocol.Abort, ["the connection is gone already"]);
                }
            }
        }
        catch (Exception exception) when (exception is FoolscapException or ObjectDisposedException)
        {
            // Refused after all, or gone.
        }
    }

    /// <summary>
    /// Reads ahead, up to a window, to notice a caller that goes away. An orderly end is no going away: what the caller
    /// has sent is still to be passed on, and its end behind it.
    /// </summary>
    private static async Task WatchAsync(PipeReader input, long window, CancellationTokenSource gone)
    {
        try
        {
            while (true)
            {
                ReadResult result = await input.ReadAsync().ConfigureAwait(false);
                bool enough = result.IsCanceled || result.IsCompleted || result.Buffer.Length >= window;
                input.AdvanceTo(result.Buffer.Start, enough ? result.Buffer.Start : result.Buffer.End);
                if (enough)
                {
                    return;
                }
            }
        }
        catch (Exception)
        {
            // Whatever the transport throws: Kestrel's, say, a kind of OperationCanceledException.
            await gone.CancelAsync().ConfigureAwait(false);
        }
    }
}
