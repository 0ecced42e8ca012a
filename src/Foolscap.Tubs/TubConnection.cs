using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net;
using Foolscap.Furls;
using Foolscap.Tubs.Banana;
using Foolscap.Tubs.Connections;
using Foolscap.Tubs.Negotiation;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs;

/// <summary>
/// A live connection to another Tub (<c>foolscap.broker.Broker</c>). A Tub has at most one to each other Tub, whoever
/// opened it; calls go both ways on it.
/// </summary>
/// <remarks>Thread-safe.</remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Ending the connection disposes them.")]
public sealed class TubConnection
{
    /// <summary>How long a peer may take to answer when it is in doubt that it is still there.</summary>
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(10);

    private readonly Tub _tub;
    private readonly PipeReader _input;
    private readonly TransportConnection _transport;
    private readonly PeerTls _tls;
    private readonly MessageDecoder _decoder;
    private readonly InboundMessages _inbound;
    private readonly Keepalive _keepalive;
    private readonly ConnectionCloser _closer;
    private readonly HeldBytes _held;
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private int _probing;

    internal TubConnection(Tub tub, NegotiatedConnection negotiated)
    {
        _tub = tub;
        _input = negotiated.Input;
        _transport = negotiated.Transport;
        _tls = negotiated.Tls;
        RemoteTubId = negotiated.RemoteTubId;
        RemoteIncarnation = negotiated.RemoteIncarnation;
        IsMaster = negotiated.IsMaster;
        _held = new HeldBytes(tub.TotalBytes);
        Calls = new InboundCalls(this, tub, _held);
        _inbound = new InboundMessages(this, tub);
        _decoder = new MessageDecoder(tub.Options.Limits, _inbound, _held);
        Outbox = new Outbox(negotiated.Tls, _inbound, IsMaster, _held, OnSendFailed);
        WriteWatch writes = new(tub.TimeProvider, tub.Options.WriteTimeout, () => Outbox.IsSending, () => _tls.MovedBytes);
        _keepalive = new Keepalive(tub.TimeProvider, tub.Options, Ping, OnSilent, writes, new SendProgress(LookAtSending), OnStuck);
        _closer = new ConnectionCloser(tub, negotiated, Outbox, PendingCalls, _held);
        _reading = ReadAsync();
    }

    /// <summary>
    /// A newer connection of the same Tub, which the handler is given, takes the place of this one, which is about to be
    /// closed: it is still open, and what a handler sends on it (<see cref="RemoteReference.CallOnly"/>) leaves before the
    /// goodbye, as far as the peer still reads. No answer will come.
    /// </summary>
    /// <remarks>
    /// It is raised once at most, in the negotiation of the newer connection, which waits for it: a handler must not
    /// block. What it throws is logged, and stops neither the other handlers nor the closing.
    /// </remarks>
    public event Action<TubConnection>? Replaced;

    /// <summary>The TubID that the other end has proven with its certificate.</summary>
    public TubId RemoteTubId { get; }

    /// <summary>The TubID of this end.</summary>
    public TubId LocalTubId => _tub.TubId;

    /// <summary>The clock of this end's Tub.</summary>
    public TimeProvider TimeProvider => _tub.TimeProvider;

    /// <summary>The other end's address, if there is one.</summary>
    public EndPoint? RemoteEndPoint => _transport.RemoteEndPoint;

    /// <summary>Cancelled when the connection has ended, for whatever reason.</summary>
    public CancellationToken Disconnected => _closer.Disconnected;

    /// <summary>Completes when the connection has ended, with the reason; it never fails.</summary>
    public Task<ConnectionLostException> Ended => _closer.Ended;

    /// <summary>
    /// How long the peer has given no sign of life: nothing was received, and nothing that is on its way to it has moved. A
    /// PING asks for one after <see cref="TubOptions.KeepaliveTimeout"/>.
    /// </summary>
    public TimeSpan Silence => _keepalive.Silence;

    /// <summary>How many references to the peer's objects this side holds on the connection.</summary>
    public int HeldReferences => _inbound.Imports.Count;

    /// <summary>To how many objects of this side the peer holds references.</summary>
    public int ExportedReferences => _inbound.Exports.Count;

    internal Outbox Outbox { get; }

    internal PendingCallTable PendingCalls { get; } = new();

    internal InboundCalls Calls { get; }

    /// <summary>Whether this Tub decided upon the connection.</summary>
    internal bool IsMaster { get; }

    /// <summary>The mark under which this Tub, as the master, knows the connection.</summary>
    internal ConnectionMark? Mark { get; set; }

    /// <summary>What the other end calls this run of itself (its incarnation); none if it did not tell.</summary>
    public string? RemoteIncarnation { get; }

    /// <summary>Completes when the transport is closed as well.</summary>
    internal Task Closed => _closer.Closed;

    /// <summary>Ends the connection in an orderly way: what waits to be sent is sent, and the peer is told.</summary>
    /// <param name="reason">Why, for the logs and for those who wait for answers.</param>
    /// <returns>When the transport is closed, at most a few seconds later.</returns>
    public Task CloseAsync(string reason = "closed by this side")
    {
        End(new ConnectionLostException($"The connection to Tub {RemoteTubId} ended: {reason}."), isGraceful: true);
        return Closed;
    }

    /// <summary>Ends the connection at once, without a word to the peer.</summary>
    /// <param name="reason">Why, for the logs and for those who wait for answers.</param>
    public void Abort(string reason) => Abort(new ConnectionLostException($"The connection to Tub {RemoteTubId} was cut: {reason}."));

    /// <summary>
    /// Asks the peer for a sign of life, when there is doubt that it is still there: if nothing is received within 10 s,
    /// and nothing that is on its way to the peer moves, the connection is cut. 10 s are long enough for a PING over any link that is of use, and far shorter than
    /// <see cref="TubOptions.DisconnectTimeout"/>, after which silence alone ends a connection.
    /// </summary>
    /// <remarks>
    /// It returns at once. While one question is open another one changes nothing; on a connection that has ended it does
    /// nothing. A Tub does it by itself when it refuses a second connection of the peer because of this one.
    /// </remarks>
    public void Probe()
    {
        if (Interlocked.Exchange(ref _probing, 1) == 0)
        {
            _ = ProbeAsync();
        }
    }

    /// <summary>Ends the connection because of a newer one, when those who listen have had their say.</summary>
    internal void ReplaceBy(TubConnection newer)
    {
        foreach (Action<TubConnection> handler in Delegate.EnumerateInvocationList(Replaced))
        {
            try
            {
                handler(newer);
            }
            catch (Exception exception)
            {
                _tub.Log.CallbackFaulted(RemoteTubId, exception);
            }
        }

        _ = CloseAsync("replaced by a newer connection");
    }

    /// <summary>Puts the decision in front of everything else that will be sent.</summary>
    internal void PostDecision(ConnectionMark mark)
    {
        Mark = mark;
        Outbox.Post(new RawMessage(Decision.Accept(mark)));

        // The PONG proves that the slave has read the decision: see Outbox.FirstBurst.
        Ping();
    }

    internal void Start()
    {
        _keepalive.Start();
        Outbox.Uncork();
        _started.TrySetResult();
    }

    internal async Task<object?> CallAsync(
        long clid,
        string method,
        IReadOnlyList<object?> arguments,
        IReadOnlyDictionary<string, object?>? keywords,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Outbox.WaitUntilBelowAsync(_tub.Options.Limits.MaxUnsentBytes).WaitAsync(cancellationToken).ConfigureAwait(false);

        PendingCall call = new();
        long requestId = PendingCalls.Add(call, tag: 0);
        try
        {
            Outbox.Post(new CallMessage(requestId, clid, method, arguments, keywords));
        }
        catch
        {
            PendingCalls.Remove(requestId);
            call.Answer.Observe(); // The connection may have ended between the two, which has failed the call as well.
            throw;
        }

        if (!cancellationToken.CanBeCanceled)
        {
            return await call.Answer.ConfigureAwait(false);
        }

        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            // It stays in the table: its answer may bring references, which have to be received to be given back.
            _ => call.Cancel(cancellationToken),
            state: null);
        return await call.Answer.ConfigureAwait(false);
    }

    /// <summary>Gives a reference back to the peer; what it answers matters only to the table.</summary>
    internal void Release(long clid)
    {
        if (Disconnected.IsCancellationRequested)
        {
            return;
        }

        _inbound.Imports.BeginRelease(clid);
        try
        {
            // As an answer, because the peer has caused it: one that sends references and does not read is cut off.
            long requestId = PendingCalls.Add(new ReleasedReference(_inbound.Imports, clid), tag: 0);
            PostAnswer(new CallMessage(requestId, clid: 0, "decref", [], new Dictionary<string, object?> { ["clid"] = clid, ["count"] = 1 }));
        }
        catch (ConnectionLostException)
        {
            // Then the peer has forgotten all of its references itself.
        }
    }

    /// <summary>Sends what the peer has caused: an answer, a PONG, a decref. A peer that does not read it is cut off.</summary>
    internal void PostAnswer<TMessage>(in TMessage message)
        where TMessage : struct, IOutboundMessage
    {
        long waiting;
        try
        {
            waiting = Outbox.PostAnswer(message);
        }
        catch (ConnectionLostException)
        {
            return; // Nobody is left to be answered.
        }

        if (waiting > _tub.Options.Limits.MaxUnsentBytes)
        {
            Abort($"the other end does not read: more than {_tub.Options.Limits.MaxUnsentBytes} bytes of answers wait for it");
        }
        else if (waiting > HeldBytes.Step && _held.IsTotalExceeded)
        {
            Abort($"{waiting} bytes of answers wait for the other end, and {_tub.Options.Limits.TotalBytesText}");
        }
    }

    private async Task ReadAsync()
    {
        // Others may know of the connection, and end it, before the negotiation has let go of it.
        await _started.Task.ConfigureAwait(false);
        try
        {
            while (!Disconnected.IsCancellationRequested)
            {
                ReadResult result = await _input.ReadAsync().ConfigureAwait(false);
                if (result.IsCanceled)
                {
                    _input.AdvanceTo(result.Buffer.Start);
                    continue;
                }

                Handle(result.Buffer);
                if (result.IsCompleted)
                {
                    End(new ConnectionLostException($"Tub {RemoteTubId} closed the connection."), isGraceful: true);
                }
            }

            if (_closer.IsGraceful)
            {
                await _closer.SayGoodbyeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            Abort(new ConnectionLostException($"The connection to Tub {RemoteTubId} was lost: {LossReason.Of(exception)}", exception));
        }
    }

    private void Handle(in ReadOnlySequence<byte> buffer)
    {
        _keepalive.OnReceived();
        Outbox.OnReceived();
        Outbox.Cork();
        try
        {
            _input.AdvanceTo(_decoder.Decode(buffer), buffer.End);
        }
        catch (BananaException exception)
        {
            // What follows is read and thrown away, so that the report is not lost to a reset.
            _input.AdvanceTo(buffer.End);
            ReportAndClose(exception);
        }
        finally
        {
            Outbox.Uncork();
        }
    }

    private void ReportAndClose(BananaException exception)
    {
        try
        {
            Outbox.Post(new PeerErrorMessage(exception.Message));
        }
        catch (ConnectionLostException)
        {
            // It has ended meanwhile; the first reason stands.
        }

        End(new ConnectionLostException($"The connection to Tub {RemoteTubId} broke: {exception.Message}", exception), isGraceful: true);
    }

    private async Task ProbeAsync()
    {
        // Not the time of the last receipt: on a coarse clock the next one may have the same.
        long mark = _keepalive.Receipts;
        SendProgress progress = new(LookAtSending);
        Ping();
        long asked;
        do
        {
            asked = _tub.TimeProvider.GetTimestamp();
            try
            {
                await Task.Delay(ProbeTimeout, _tub.TimeProvider, Disconnected).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
        while (_keepalive.Receipts == mark && (progress.HasMoved() || IsLate(asked))); // If it has moved, the PING is behind it.

        Volatile.Write(ref _probing, 0);
        if (_keepalive.Receipts == mark)
        {
            OnSilent(ProbeTimeout);
        }
    }

    private bool IsLate(long asked) => _tub.TimeProvider.GetElapsedTime(asked) - ProbeTimeout > Keepalive.Late;

    private SendingState LookAtSending()
    {
        // Not the bytes that the kernel has taken, if it tells more: it takes a PING for a dead host as well.
        Delivery? delivery = _tls.Delivery;
        return new SendingState(delivery?.AcknowledgedBytes ?? _tls.TakenBytes, Outbox.IsSending || delivery is { IsComplete: false });
    }

    private void Ping() => PostAnswer(new PingMessage(0, isPong: false));

    private void OnSilent(TimeSpan silence) => Abort($"nothing was received for {silence.TotalSeconds:0} s");

    private void OnStuck() =>
        Abort($"the other end does not read: nothing of what waits to be sent was taken for {_tub.Options.WriteTimeout.TotalSeconds:0.###} s");

    private void OnSendFailed(Exception exception) =>
        Abort(new ConnectionLostException($"The connection to Tub {RemoteTubId} was lost: {LossReason.Of(exception)}", exception));

    private void Abort(ConnectionLostException reason) => End(reason, isGraceful: false);

    /// <summary>Ends the connection; the first reason counts.</summary>
    private void End(ConnectionLostException reason, bool isGraceful)
    {
        if (_closer.TryBegin(isGraceful))
        {
            _tub.Log.ConnectionEnded(reason.Message);
            _tub.Detach(this);
            _keepalive.Dispose();
            _inbound.Exports.Clear();
            _closer.Close(reason, _reading);
        }
    }
}
