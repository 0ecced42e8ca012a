using Foolscap.Relay.Server.Admission;
using Foolscap.Relay.Server.Observation;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Registration;

/// <summary>
/// The Tubs that are registered, or were a moment ago. The newest registration of a TubID counts at once; one ends with
/// its connection, and the end of an older one never touches a newer one. Thread-safe.
/// </summary>
internal sealed class TubRegistry(
    RelayServerOptions options, CurrentLimits limits, RelayEventSink events, RelayLog log, TimeProvider timeProvider)
{
    /// <summary>How long a Tub that is gone is remembered: to hold its callers, and to notice how often it comes.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Held while registrations come and go, together with what the host is told about it, so that it hears of them in their
    /// order. The gate is free meanwhile: the host may ask how it stands.
    /// </summary>
    private readonly Lock _changing = new();

    private readonly Lock _gate = new();
    private readonly Dictionary<string, KnownTub> _byTubId = new(StringComparer.Ordinal);
    private readonly KeyedCounts<AddressPrefix> _byAddress = new();
    private readonly RegistrationNews _news = new(events, log);
    private readonly LinkedList<KnownTub> _absent = new();
    private RelayRefusal? _closed;
    private int _count;

    /// <summary>
    /// A Tub may not be registered, or not any more: it is told which one, and why. What it has besides its registration ends.
    /// </summary>
    public event Action<string, string>? Denied;

    /// <summary>How many Tubs are registered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>What has become of registrations.</summary>
    public RegistrationNews News => _news;

    /// <summary>The registrations that stand.</summary>
    public IReadOnlyList<TubRegistration> Registrations
    {
        get
        {
            lock (_gate)
            {
                return [.. _byTubId.Values.Select(tub => tub.Current).OfType<TubRegistration>()];
            }
        }
    }

    /// <summary>How it stands with each Tub that is registered.</summary>
    public IReadOnlyList<RegisteredTub> GetTubs()
    {
        List<(TubRegistration Registration, StreamTraffic Traffic)> tubs;
        lock (_gate)
        {
            tubs = new(_count);
            tubs.AddRange(_byTubId.Values.Where(tub => tub.Current is not null).Select(tub => (tub.Current!, tub.Traffic)));
        }

        DateTimeOffset now = timeProvider.GetUtcNow();
        return [.. tubs.Select(tub => Describe(tub.Registration, tub.Traffic, now))];
    }

    /// <summary>Looks up who is asked for.</summary>
    public TubSighting Find(string tubId)
    {
        KnownTub? tub;
        TubRegistration? current;
        lock (_gate)
        {
            tub = _byTubId.GetValueOrDefault(tubId);
            current = tub?.Current;
        }

        if (current is not null && current.Connection.Ended is { IsCompletedSuccessfully: true } ended)
        {
            // The connection has ended at this moment, and the registry is yet to be told.
            Remove(current, ended.Result.Message, isLost: true);
        }

        lock (_gate)
        {
            if (tub is null || tub.Current is not null || _closed is not null)
            {
                return new TubSighting(tub, tub?.Current, Return: null, TimeSpan.Zero);
            }

            TimeSpan left = tub.LostAt is long lost ? options.HoldTime - timeProvider.GetElapsedTime(lost) : TimeSpan.Zero;
            if (left <= TimeSpan.Zero)
            {
                return new TubSighting(Tub: null, Registration: null, Return: null, TimeSpan.Zero);
            }

            tub.Return ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new TubSighting(tub, Registration: null, tub.Return.Task, left);
        }
    }

    /// <summary>Whether a Tub may register now, as far as that can be told before anything is done for it.</summary>
    /// <param name="tubId">The Tub.</param>
    /// <param name="turn">The turn of this registration, which is over when the Tub asks for another one or takes its registration back.</param>
    /// <returns>Why not; none if it may.</returns>
    public RelayRefusal? Check(string tubId, out int turn)
    {
        lock (_gate)
        {
            KnownTub tub = Know(tubId);
            turn = ++tub.Turn;
            return _closed ?? (tub.Registrations.TryTake(limits.RegistrationRate) ? null : RelayRefusal.RegistrationRate);
        }
    }

    /// <summary>Takes a registration.</summary>
    /// <param name="registration">The registration.</param>
    /// <param name="turn">Its turn.</param>
    /// <returns>Why it cannot be taken; none if it has been.</returns>
    /// <exception cref="ViolationException">Its connection has ended, or its turn is over.</exception>
    public RelayRefusal? Add(TubRegistration registration, int turn)
    {
        TubRegistration? older;
        string? rival;
        lock (_changing)
        {
            if (TrySetCurrent(registration, turn, out older, out rival) is RelayRefusal refusal)
            {
                return refusal;
            }

            _news.TellHost(registration, rival);
        }

        _news.Count(registration, rival);
        if (older is not null)
        {
            End(older, registration);
        }

        registration.WatchForReplacement();
        registration.OnDisconnected = registration.Connection.Disconnected.UnsafeRegister(
            _ => Remove(registration, registration.Connection.Ended.Result.Message, isLost: true), state: null);
        return null;
    }

    /// <summary>Ends a registration that a Tub takes back.</summary>
    /// <returns>Whether the Tub has registered this listener.</returns>
    public bool TryRemove(string tubId, RemoteReference listener)
    {
        TubRegistration? registration = null;
        lock (_gate)
        {
            if (_byTubId.TryGetValue(tubId, out KnownTub? tub))
            {
                tub.Turn++;
                registration = tub.Current;
            }
        }

        return registration is not null
            && registration.Listener.Equals(listener)
            && Remove(registration, "it has taken its registration back", isLost: false);
    }

    /// <summary>
    /// Ends a registration that is not allowed any more, and its connection with it: the Tub would else believe for ever that
    /// it is registered.
    /// </summary>
    public void Revoke(TubRegistration registration, string reason)
    {
        if (Remove(registration, reason, isLost: false))
        {
            _ = registration.Connection.CloseAsync(reason);
            Deny(registration.TubId.ToString(), reason);
        }
    }

    /// <summary>A Tub may not be registered.</summary>
    public void Deny(string tubId, string reason) => Denied?.Invoke(tubId, reason);

    /// <summary>Takes no more registrations, and holds nobody any more.</summary>
    public void BeginDrain()
    {
        List<TaskCompletionSource> returns;
        lock (_gate)
        {
            _closed = RelayRefusal.Draining;
            returns = [.. _byTubId.Values.Select(tub => tub.Return).OfType<TaskCompletionSource>()];
        }

        returns.ForEach(held => held.TrySetResult());
    }

    /// <summary>Takes no more registrations, and ends those that are there.</summary>
    public void Close()
    {
        BeginDrain();
        foreach (TubRegistration registration in Registrations)
        {
            Remove(registration, "the relay stops", isLost: false);
        }
    }

    /// <summary>Remembers a Tub that wants to register, whether or not it comes to that, so that its rate is known.</summary>
    private KnownTub Know(string tubId)
    {
        if (!_byTubId.TryGetValue(tubId, out KnownTub? tub))
        {
            tub = new KnownTub(tubId, timeProvider);
            _byTubId.Add(tubId, tub);
            SetAbsent(tub);
        }

        return tub;
    }

    private void SetAbsent(KnownTub tub)
    {
        tub.AbsentSince = timeProvider.GetTimestamp();
        tub.Absent = _absent.AddLast(tub);
        Forget();
    }

    private RelayRefusal? GetRefusal(TubRegistration registration, TubRegistration? older)
    {
        if (_closed is not null)
        {
            return _closed;
        }

        if (older is null && _count >= limits.Value.MaxRegisteredTubs)
        {
            return RelayRefusal.RegistrationLimit;
        }

        return registration.Address is AddressPrefix address && older?.Address != address && _byAddress[address] >= limits.Value.MaxRegisteredTubsPerAddress
            ? RelayRefusal.RegistrationLimitOfAddress
            : null;
    }

    private RelayRefusal? TrySetCurrent(TubRegistration registration, int turn, out TubRegistration? older, out string? rival)
    {
        (older, rival) = (null, null);
        lock (_gate)
        {
            if (registration.Connection.Ended.IsCompleted)
            {
                // A call that waited while its connection was replaced: the newer connection's registration stands.
                throw new ViolationException("this connection has ended");
            }

            KnownTub tub = Know(registration.TubId.ToString());
            if (tub.Turn != turn)
            {
                throw new ViolationException("this Tub has registered anew, or taken its registration back, while this registration was decided upon");
            }

            if (GetRefusal(registration, tub.Current) is RelayRefusal refusal)
            {
                return refusal;
            }

            older = tub.Current;
            registration.IsReplacement = older is not null;
            Uncount(older);
            SetCurrent(tub, registration);
            rival = tub.History.Add(registration.Connection.RemoteIncarnation ?? registration.AddressText, registration.AddressText);
            return null;
        }
    }

    private void SetCurrent(KnownTub tub, TubRegistration registration)
    {
        _count++;
        registration.Since = timeProvider.GetUtcNow();
        if (registration.Address is AddressPrefix address)
        {
            _byAddress.Add(address);
        }

        if (tub.Absent is not null)
        {
            _absent.Remove(tub.Absent);
        }

        (tub.Current, tub.Absent, tub.LostAt) = (registration, null, null);
        tub.Return?.TrySetResult();
        tub.Return = null;
    }

    private void Uncount(TubRegistration? registration)
    {
        if (registration is not null)
        {
            _count--;
            if (registration.Address is AddressPrefix address)
            {
                _byAddress.Remove(address);
            }
        }
    }

    /// <summary>Tells the older registration, and lets go of it.</summary>
    private static void End(TubRegistration older, TubRegistration registration)
    {
        if (older.Connection != registration.Connection)
        {
            older.TellReplaced(registration.AddressText);
        }

        older.Release();
    }

    private bool Remove(TubRegistration registration, string reason, bool isLost)
    {
        string tubId = registration.TubId.ToString();
        lock (_changing)
        {
            if (!TryUnset(registration, tubId, isLost))
            {
                return false;
            }

            _news.TellHostOfEnd(registration, reason);
        }

        log.Unregistered(tubId, reason);
        registration.Release();
        return true;
    }

    private bool TryUnset(TubRegistration registration, string tubId, bool isLost)
    {
        lock (_gate)
        {
            if (!_byTubId.TryGetValue(tubId, out KnownTub? tub) || tub.Current != registration)
            {
                return false;
            }

            Uncount(registration);
            tub.Current = null;
            SetAbsent(tub);
            tub.LostAt = isLost ? tub.AbsentSince : null;
            return true;
        }
    }

    private static RegisteredTub Describe(TubRegistration registration, StreamTraffic traffic, DateTimeOffset now)
    {
        StreamTotals totals = traffic.Totals;
        TubConnection connection = registration.Connection;
        return new RegisteredTub(
            registration.TubId, connection.RemoteEndPoint, registration.Since, totals.Active, totals.Total, totals.OutboundBytes, totals.InboundBytes, now - connection.Silence);
    }

    /// <summary>Forgets Tubs that are gone for long, or for which there is no room.</summary>
    private void Forget()
    {
        while (_absent.First?.Value is KnownTub oldest
            && (_absent.Count > limits.Value.MaxRegisteredTubs || timeProvider.GetElapsedTime(oldest.AbsentSince) > Memory))
        {
            _absent.RemoveFirst();
            _byTubId.Remove(oldest.TubId);
            oldest.Return?.TrySetResult();
        }
    }
}
