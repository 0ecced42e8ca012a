using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Foolscap.Furls;
using Foolscap.Relay.Server.Admission;
using Foolscap.Relay.Server.Observation;
using Foolscap.Relay.Server.Registration;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Interception;

/// <summary>
/// Offers callers' connections to the Tubs that they name, holds those whose Tub was there a moment ago, and relays what
/// is accepted. Thread-safe.
/// </summary>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "A source of cancellations without a timer holds nothing that has to be let go of.")]
internal sealed partial class StreamAcceptor : IRelayedStreamObserver
{
    /// <summary>So many may be told at once why they are refused, even if fewer are relayed.</summary>
    private const int LeastRefusing = 100;

    /// <summary>How long a drain waits at its end for those who are being told that the relay stops: as long as they may linger.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(3);

    private const string Draining = "this relay is being shut down";

    private readonly RelayServerOptions _options;
    private readonly CurrentLimits _limits;
    private readonly TubRegistry _registry;
    private readonly PolicyQuestion _policy;
    private readonly StreamNews _news;
    private readonly RelayLog _log;
    private readonly TimeProvider _timeProvider;
    private readonly StreamQuota _quota;
    private readonly AcceptCall _accept;
    private readonly ActiveStreams _active;
    private readonly RefusalCounters<RelayRefusal> _refusals;
    private readonly BufferBudget _budget;
    private readonly TokenBucket _bytes;
    private readonly CancellationTokenSource _draining = new();
    private volatile bool _stopped;
    private volatile TaskCompletionSource? _allServed;
    private int _serving;
    private int _refusing;
    private int _held;
    private long _total;
    private long _toTubs;
    private long _fromTubs;

    public StreamAcceptor(
        RelayServerOptions options,
        CurrentLimits limits,
        TubRegistry registry,
        PolicyQuestion policy,
        RefusalCounters<RelayRefusal> refusals,
        StreamNews news,
        RelayLog log,
        TimeProvider timeProvider)
    {
        (_options, _limits, _registry, _policy, _refusals) = (options, limits, registry, policy, refusals);
        (_news, _log, _timeProvider) = (news, log, timeProvider);
        _quota = new StreamQuota(limits);
        _accept = new AcceptCall(options, limits, _offers, timeProvider);
        _active = new ActiveStreams(limits, timeProvider);
        _budget = new BufferBudget(limits.Value.MaxBufferedBytes);
        limits.Changed += changed => _budget.ChangeLimit(changed.MaxBufferedBytes);
        _bytes = new TokenBucket(timeProvider);
    }

    public RelayStatistics GetStatistics() => new(
        _registry.Count,
        _active.Count,
        Volatile.Read(ref _held),
        Interlocked.Read(ref _total),
        Interlocked.Read(ref _toTubs),
        Interlocked.Read(ref _fromTubs),
        _budget.Reserved,
        _registry.News.Conflicts,
        _refusals.Counts)
    {
        ActiveDirectStreams = _active.DirectCount,
        TotalDirectStreams = Interlocked.Read(ref _totalDirect),
        BufferLimit = _budget.Limit,
        TotalRegistrations = _registry.News.Registrations,
        TotalReplacements = _registry.News.Replacements,
        RefusedRegistrations = _registry.News.Refused,
    };

    /// <summary>How it stands with each connection that is relayed.</summary>
    public IReadOnlyList<RelayedConnection> GetConnections() => _active.GetConnections();

    /// <summary>Takes no more connections, and waits until those that are relayed are over, and all others have been told.</summary>
    /// <returns>Whether they were, in time.</returns>
    public async Task<bool> DrainAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        await _draining.CancelAsync().ConfigureAwait(false);
        if (!await _active.WaitUntilEmptyAsync(limit, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        _allServed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Volatile.Read(ref _serving) > 0)
        {
            await _allServed.Task.WaitAsync(LastWords, _timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return true;
    }

    /// <summary>Takes no more connections: those that are held or offered are refused, new ones are not this relay's any more.</summary>
    public void Stop()
    {
        _stopped = true;
        _draining.Cancel();
    }

    /// <summary>Aborts those that are relayed.</summary>
    public Task CloseAsync(string reason) => _active.CloseAsync(reason);

    /// <summary>Whether a connection for this TubID is the relay's to answer.</summary>
    public bool Knows(string tubId)
    {
        if (_stopped)
        {
            return false; // The listener may have another relay by now.
        }

        TubSighting sighting = _registry.Find(tubId);
        return sighting.Registration is not null || sighting.HoldLeft > TimeSpan.Zero || IsDraining;
    }

    /// <summary>Serves one caller until its connection is over. It never fails.</summary>
    public async Task RelayAsync(TransportConnection caller, string tubId)
    {
        Interlocked.Increment(ref _serving);
        await ServeAsync(caller, tubId).ConfigureAwait(false);
        LeaveServing();
    }

    private void LeaveServing()
    {
        if (Interlocked.Decrement(ref _serving) == 0)
        {
            _allServed?.TrySetResult();
        }
    }

    /// <summary>Whether no more connections are taken.</summary>
    public bool IsDraining => _draining.IsCancellationRequested;

    private async Task ServeAsync(TransportConnection caller, string tubId)
    {
        string peer = PeerAddress.Format(caller.RemoteEndPoint);
        AddressPrefix? address = AddressPrefix.Of(caller.RemoteEndPoint);
        CallerRequest request = _news.BeginRequest();
        RelayRefusal? limit = IsDraining ? RelayRefusal.Draining : _quota.Enter(tubId, address);
        if (limit is RelayRefusal full)
        {
            _news.OnRefused(request, full);
            await RefuseAsync(caller, peer, tubId, new RefusedConnectionException(full, DescribeLimit(full))).ConfigureAwait(false);
            return;
        }

        RefusedConnectionException? refusal = null;
        StreamEnd? end = null;
        ActiveStream? active = null;
        Activity? trace = null;
        try
        {
            using BufferReservation reservation = _budget.TryReserve(_options.FirstWindow) ?? throw new RefusedConnectionException(
                RelayRefusal.BufferLimit, "this relay holds as many bytes as it takes, try again later");
            active = await OpenAsync(caller, tubId, peer, request, reservation).ConfigureAwait(false);
            Activity.Current = null; // As there, which does not reach its caller.
            trace = RelayTracing.StartStream(request.Trace);
            end = await _active.RunAsync(active).ConfigureAwait(false);
        }
        catch (RefusedConnectionException exception)
        {
            // A drain ends the waiting as if the caller were gone.
            refusal = IsDraining && exception.Reason == RelayRefusal.CallerGone
                ? new RefusedConnectionException(RelayRefusal.Draining, Draining)
                : exception;
            _news.OnRefused(request, refusal.Reason);
        }
        catch (Exception exception)
        {
            _log.StreamFaulted(peer, tubId, exception);
            request.Trace.EndFaulted(exception);
            caller.Abort();
            await caller.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _quota.Leave(tubId, address);
        }

        // Told when all that it held is free: whoever hears of its end may want that.
        if (end is not null)
        {
            _active.Remove(active!, end);
            _news.OnEnded(active!, end, trace);
        }

        // Not counted any more: those who are refused must not keep others out.
        if (refusal is not null)
        {
            await RefuseAsync(caller, peer, tubId, refusal).ConfigureAwait(false);
        }
    }

    void IRelayedStreamObserver.OnData(StreamDirection direction, in ReadOnlySequence<byte> data)
    {
        Interlocked.Add(ref direction == StreamDirection.Outbound ? ref _toTubs : ref _fromTubs, data.Length);
        _options.Observer?.OnData(direction, data);
    }

    /// <summary>Asks the Tub, and waits for it to come back if it is away for a moment, while the caller is watched.</summary>
    /// <exception cref="RefusedConnectionException">The connection is not to be relayed.</exception>
    private async Task<ActiveStream> OpenAsync(
        TransportConnection caller, string tubId, string peer, CallerRequest request, BufferReservation reservation)
    {
        if (await _policy.GetDenialAsync(new StreamRequest(TubId.Parse(tubId), caller.RemoteEndPoint)).ConfigureAwait(false) is string denial)
        {
            throw new RefusedConnectionException(RelayRefusal.ConnectionPolicy, denial);
        }

        Accepted accepted;
        CallerWatch watch = new(caller.Input);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(watch.Gone, _draining.Token);
        await using (watch.ConfigureAwait(false))
        {
            accepted = await AcceptAsync(caller, tubId, peer, reservation, ended.Token).ConfigureAwait(false);
        }

        return accepted.Direct is TransportConnection direct
            ? await StartDirectAsync(caller, direct, accepted, peer, request, reservation).ConfigureAwait(false)
            : Start(accepted, accepted.Handler!, peer, request);
    }

    private ActiveStream Start(Accepted accepted, RemoteReference handler, string peer, in CallerRequest request)
    {
        RelayedStream stream = accepted.Stream;
        ActiveStream active = new(stream, accepted.Registration, accepted.Tub.Traffic, peer, _timeProvider);

        // Counted first: either a drain sees the stream, or it is seen here that there is one.
        _active.Add(active);
        if (IsDraining && stream.TryDetach(Draining))
        {
            _active.Withdraw(active);
            AcceptCall.Abort(handler, Draining);
            throw new RefusedConnectionException(RelayRefusal.Draining, Draining);
        }

        OnStarting(request, active);
        stream.Start(handler, accepted.Registration.SendWindow);
        return active;
    }

    /// <summary>Counts and tells of a stream before its first byte: whoever gets that may ask how many there have been.</summary>
    private void OnStarting(in CallerRequest request, ActiveStream active)
    {
        Interlocked.Increment(ref _total);
        _news.OnStarted(request, active);
        Activity.Current = null; // What the stream does for hours is no part of this request.
    }

    private async Task<Accepted> AcceptAsync(
        TransportConnection caller, string tubId, string peer, BufferReservation reservation, CancellationToken gone)
    {
        while (true)
        {
            TubSighting sighting = _registry.Find(tubId);
            if (IsDraining)
            {
                throw new RefusedConnectionException(RelayRefusal.Draining, Draining);
            }

            if (sighting.Registration is not TubRegistration registration)
            {
                await HoldAsync(sighting, tubId, gone).ConfigureAwait(false);
                continue;
            }

            if (!sighting.Tub!.Accepts.TryTake(_limits.AcceptRate))
            {
                throw new RefusedConnectionException(
                    RelayRefusal.AcceptRate, $"Tub {tubId} is offered {_limits.Value.AcceptsPerSecondPerTub} connections a second already");
            }

            RelayedStream stream = new(caller, CreateOptions(sighting.Tub, reservation));
            if (await OfferAsync(stream, registration, peer, gone).ConfigureAwait(false) is AcceptAnswer answer)
            {
                return new Accepted(stream, registration, sighting.Tub, answer.Handler, answer.Direct);
            }
        }
    }

    private RelayedStreamOptions CreateOptions(KnownTub tub, BufferReservation reservation) => new()
    {
        ReceiveWindow = _options.FirstWindow,
        MaxReceiveWindow = _options.Window,
        Reservation = reservation,
        ReadShare = tub.Reads,
        Pacer = RatePacer.Create(tub.Bytes, _bytes, _limits, _timeProvider),
        Observer = this,
        TimeProvider = _timeProvider,
    };

    /// <summary>Offers the connection once.</summary>
    /// <returns>How the Tub takes it; none if the Tub was lost meanwhile.</returns>
    private async Task<AcceptAnswer?> OfferAsync(
        RelayedStream stream, TubRegistration registration, string peer, CancellationToken gone)
    {
        try
        {
            if (await _accept.RunAsync(registration, stream, peer, gone).ConfigureAwait(false) is AcceptAnswer answer)
            {
                return answer;
            }
        }
        catch (RefusedConnectionException refusal)
        {
            stream.TryDetach(refusal.Message);
            throw;
        }

        return stream.TryDetach("the connection between relay and client was lost") ? null : throw new RefusedConnectionException(
            RelayRefusal.TubAnswerInvalid, $"Tub {registration.TubId} broke the connection off before it had accepted it");
    }

    /// <summary>Waits for a Tub that was there a moment ago.</summary>
    /// <exception cref="RefusedConnectionException">The Tub is not there, or the caller is gone.</exception>
    private async Task HoldAsync(TubSighting sighting, string tubId, CancellationToken gone)
    {
        if (sighting.Return is null)
        {
            throw new RefusedConnectionException(RelayRefusal.TubGone, $"unknown TubID {tubId}");
        }

        Interlocked.Increment(ref _held);
        try
        {
            await sighting.Return.WaitAsync(sighting.HoldLeft, _timeProvider, gone).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Looked up again, it is not waited for any more.
        }
        catch (OperationCanceledException)
        {
            throw new RefusedConnectionException(RelayRefusal.CallerGone, "the caller is gone");
        }
        finally
        {
            Interlocked.Decrement(ref _held);
        }
    }

    /// <summary>Tells the caller why; when that is being told to too many already, the caller is cut without a word.</summary>
    private async Task RefuseAsync(TransportConnection caller, string peer, string tubId, RefusedConnectionException refusal)
    {
        _news.OnRefused(peer, tubId, refusal);
        try
        {
            if (Interlocked.Increment(ref _refusing) <= Math.Max(_limits.Value.MaxStreams, LeastRefusing) && refusal.Reason != RelayRefusal.CallerGone)
            {
                await RequestRefusal.SendAsync(caller, refusal.Status, refusal.Message, _timeProvider).ConfigureAwait(false);
                return;
            }

            caller.Abort();
            await caller.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _refusing);
        }
    }

    private static string DescribeLimit(RelayRefusal limit) => limit switch
    {
        RelayRefusal.Draining => Draining,
        RelayRefusal.StreamLimit => "this relay carries as many connections as it takes, try again later",
        RelayRefusal.StreamLimitOfTub => "this relay carries as many connections to this Tub as it takes, try again later",
        _ => "this relay carries as many connections from this address as it takes, try again later",
    };

    /// <summary>A connection that a Tub has taken.</summary>
    private sealed record Accepted(
        RelayedStream Stream, TubRegistration Registration, KnownTub Tub, RemoteReference? Handler, TransportConnection? Direct);
}
