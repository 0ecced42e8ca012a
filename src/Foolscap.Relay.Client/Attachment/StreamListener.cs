using System.Collections.Concurrent;
using System.Text;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Attachment;

/// <summary>
/// The object that a relay asks to take a connection: one for each registration. Thread-safe.
/// </summary>
internal sealed class StreamListener(
    TargetBridge bridge, StreamAllowance allowance, RelayClientOptions options, RelayClientLog log, TubConnection connection)
    : IReferenceable, IDisposable
{
    private const string Stopped = "the relay's client is not registered any more";

    // The relay may ask before its answer to the registration, which tells the window, has been looked at.
    private readonly TaskCompletionSource<int> _sendWindow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<RelayedStream, bool> _active = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly RefusalCounters<AcceptRefusal> _refusals = new(connection.TimeProvider);

    /// <summary>The relay has answered the registration.</summary>
    public void Open(int sendWindow) => _sendWindow.TrySetResult(sendWindow);

    /// <summary>Takes no more connections, and aborts those that are relayed.</summary>
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
        string peer = GetPeer(call);
        BufferReservation reservation;
        try
        {
            reservation = allowance.BeginOpening();
        }
        catch (ViolationException violation)
        {
            Refuse(responder, peer, AcceptRefusal.Limit, violation);
            throw;
        }

        try
        {
            int sendWindow = await _sendWindow.Task.ConfigureAwait(false);
            TransportConnection target = await bridge.ConnectAsync(connection.TimeProvider, _stopping.Token).ConfigureAwait(false);
            RelayedStream handler = new(target, CreateOptions(reservation));

            // Nothing may be called on the responder before the relay has this answer.
            call.AfterAnswer(() => Start(handler, responder, sendWindow, peer, reservation));
            return handler;
        }
        catch (Exception exception)
        {
            allowance.EndStream(reservation);
            bool isStopped = exception is OperationCanceledException;
            Refuse(responder, peer, isStopped ? AcceptRefusal.Stopped : AcceptRefusal.TargetUnreachable, exception);
            throw isStopped ? new ViolationException(Stopped) : exception;
        }
        finally
        {
            allowance.EndOpening();
        }
    }

    private RelayedStreamOptions CreateOptions(BufferReservation reservation) => new()
    {
        ReceiveWindow = options.FirstWindow,
        MaxReceiveWindow = options.Window,
        Reservation = reservation,
        Observer = options.Observer,
        TimeProvider = connection.TimeProvider,
    };

    private void Refuse(RemoteReference responder, string peer, AcceptRefusal refusal, Exception reason)
    {
        if (_refusals.Count(refusal, out long count))
        {
            log.NotAccepted(count, peer, reason.Message);
        }

        responder.Dispose();
    }

    private void Start(RelayedStream handler, RemoteReference responder, int sendWindow, string peer, BufferReservation reservation)
    {
        _active.TryAdd(handler, true);
        handler.Start(responder, sendWindow);
        if (_stopping.IsCancellationRequested)
        {
            handler.Abort(Stopped);
        }

        _ = ForgetAsync(handler, peer, reservation);
    }

    private async Task ForgetAsync(RelayedStream handler, string peer, BufferReservation reservation)
    {
        StreamEnd end = await handler.Ended.ConfigureAwait(false);
        _active.TryRemove(handler, out _);
        allowance.EndStream(reservation);
        log.StreamEnded(peer, end.InboundBytes, end.OutboundBytes, end.AbortReason ?? "both sides have ended it");
    }

    private static string GetPeer(RemoteCall call)
    {
        object? peer = (call.Arguments.ElementAtOrDefault(1) as Dictionary<object, object?>)?.GetValueOrDefault(RelayProtocol.PeerKey);
        return peer as string ?? (peer is byte[] bytes ? Encoding.ASCII.GetString(bytes) : "(unknown)");
    }
}
