using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Attachment;

/// <summary>
/// The object that a relay asks to take a connection: one for each registration. Thread-safe.
/// </summary>
internal sealed class StreamListener(
    TargetBridge bridge,
    StreamAllowance allowance,
    DirectStreams direct,
    StreamNews news,
    RelayClientOptions options,
    RelayClientLog log,
    TubConnection connection)
    : IReferenceable, IDisposable
{
    private const string Stopped = "the relay's client is not registered any more";

    // The relay may ask before its answer to the registration, which tells the window, has been looked at.
    private readonly TaskCompletionSource<int> _sendWindow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<RelayedStream, bool> _active = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly DirectConnector _connector = new(options, log, connection);
    private readonly RefusalCounters<AcceptRefusal> _refusals = new(connection.TimeProvider);

    /// <summary>The relay has answered the registration.</summary>
    public void Open(int sendWindow) => _sendWindow.TrySetResult(sendWindow);

    /// <summary>Takes no more connections, and aborts those that are relayed over the connection to the relay.</summary>
    public void Dispose()
    {
        // The source itself stays: a call that is on its way may still look at its token.
        _stopping.Cancel();
        _sendWindow.TrySetCanceled();
        if (connection.Disconnected.IsCancellationRequested)
        {
            return; // The streams know it, and pass on what they have got.
        }

        foreach (RelayedStream stream in _active.Keys)
        {
            stream.Abort(Stopped);
        }
    }

    public async ValueTask<object?> CallAsync(RemoteCall call)
    {
        if (call.Method != RelayProtocol.Accept)
        {
            throw call.UnknownMethod();
        }

        RemoteReference responder = call.Get<RemoteReference>(0) ?? throw new ViolationException("accept() needs a responder.");
        string peer = GetText(call, RelayProtocol.PeerKey) ?? "(unknown)";
        StreamOffer offer = news.BeginOffer();
        BufferReservation reservation;
        try
        {
            reservation = allowance.BeginOpening();
        }
        catch (ViolationException violation)
        {
            Refuse(offer, responder, peer, AcceptRefusal.Limit, violation);
            throw;
        }

        try
        {
            int sendWindow = await _sendWindow.Task.ConfigureAwait(false);
            (TransportConnection target, TransportConnection? relay) = await ConnectAsync(peer, GetText(call, RelayProtocol.DirectKey)).ConfigureAwait(false);
            news.OnTaken(offer, isDirect: relay is not null);
            Activity.Current = null; // What the stream does for hours is no part of this offer.
            if (relay is not null)
            {
                responder.Dispose();
                _ = RunDirectAsync(new DirectStream(target, relay, CreateDirectOptions(reservation)), peer, reservation);
                return null;
            }

            RelayedStream handler = new(target, CreateOptions(reservation));

            // Nothing may be called on the responder before the relay has this answer.
            long started = news.Now;
            call.AfterAnswer(() => Start(handler, responder, sendWindow, started, peer, reservation));
            return handler;
        }
        catch (Exception exception)
        {
            allowance.EndStream(reservation);
            if (exception is not OperationCanceledException)
            {
                Refuse(offer, responder, peer, AcceptRefusal.TargetUnreachable, exception);
                throw;
            }

            ViolationException stopped = new(Stopped);
            Refuse(offer, responder, peer, AcceptRefusal.Stopped, stopped);
            throw stopped;
        }
        finally
        {
            allowance.EndOpening();
        }
    }

    /// <summary>Connects to the Tub, and to the relay if it offers that, both at once; the relay hears of the Tub's connection first.</summary>
    private async Task<(TransportConnection Target, TransportConnection? Relay)> ConnectAsync(string peer, string? token)
    {
        using DirectAttempt? attempt = _connector.Begin(token, _stopping.Token);
        try
        {
            TransportConnection target = await bridge.ConnectAsync(peer, connection.TimeProvider, _stopping.Token).ConfigureAwait(false);
            return (target, attempt is null ? null : await _connector.CompleteAsync(attempt).ConfigureAwait(false));
        }
        catch
        {
            attempt?.Abandon();
            throw;
        }
    }

    private DirectStreamOptions CreateDirectOptions(BufferReservation reservation) => new()
    {
        Reservation = reservation,
        Observer = options.Observer,
        TimeProvider = connection.TimeProvider,
    };

    private RelayedStreamOptions CreateOptions(BufferReservation reservation) => new()
    {
        ReceiveWindow = options.FirstWindow,
        MaxReceiveWindow = options.Window,
        Reservation = reservation,
        Observer = options.Observer,
        TimeProvider = connection.TimeProvider,
    };

    private void Refuse(in StreamOffer offer, RemoteReference responder, string peer, AcceptRefusal refusal, Exception reason)
    {
        if (_refusals.Count(refusal, out long count))
        {
            log.NotAccepted(count, peer, reason.Message);
        }

        news.OnRefused(offer, refusal);
        responder.Dispose();
    }

    private void Start(RelayedStream handler, RemoteReference responder, int sendWindow, long started, string peer, BufferReservation reservation)
    {
        _active.TryAdd(handler, true);
        news.Traffic.Add(handler);
        handler.Start(responder, sendWindow);
        if (_stopping.IsCancellationRequested)
        {
            handler.Abort(Stopped);
        }

        _ = ForgetAsync(handler, started, peer, reservation);
    }

    private async Task ForgetAsync(RelayedStream handler, long started, string peer, BufferReservation reservation)
    {
        StreamEnd end = await handler.Ended.ConfigureAwait(false);
        _active.TryRemove(handler, out _);
        bool isLost = connection.Disconnected.IsCancellationRequested;
        news.OnEnded(handler, end, started, isLost, isStopped: _stopping.IsCancellationRequested);
        OnEnded(end, peer, reservation);
    }

    private async Task RunDirectAsync(DirectStream stream, string peer, BufferReservation reservation)
    {
        news.Traffic.Add(stream);
        long started = news.Now;
        StreamEnd end = await direct.RunAsync(stream).ConfigureAwait(false);
        news.OnEnded(stream, end, started, isRelayLost: false, direct.IsStopped);
        OnEnded(end, peer, reservation);
    }

    private void OnEnded(StreamEnd end, string peer, BufferReservation reservation)
    {
        allowance.EndStream(reservation);
        log.StreamEnded(peer, end.InboundBytes, end.OutboundBytes, end.AbortReason ?? "both sides have ended it");
    }

    /// <summary>Gets a text of the info that the relay gives.</summary>
    private static string? GetText(RemoteCall call, string key)
    {
        object? value = (call.Arguments.ElementAtOrDefault(1) as Dictionary<object, object?>)?.GetValueOrDefault(key);
        return value as string ?? (value is byte[] bytes ? Encoding.ASCII.GetString(bytes) : null);
    }
}
