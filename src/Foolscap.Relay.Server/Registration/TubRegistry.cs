using System.Diagnostics.CodeAnalysis;
using Foolscap.Furls;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Registration;

/// <summary>
/// The Tubs that are registered. The newest registration of a TubID counts at once; one ends with its connection, and the
/// end of an older one never touches a newer one. Thread-safe.
/// </summary>
internal sealed class TubRegistry(RelayLog log)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TubRegistration> _byTubId = new(StringComparer.Ordinal);
    private bool _closed;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byTubId.Count;
            }
        }
    }

    public bool TryFind(string tubId, [NotNullWhen(true)] out TubRegistration? registration)
    {
        lock (_gate)
        {
            return _byTubId.TryGetValue(tubId, out registration);
        }
    }

    /// <exception cref="ViolationException">The relay is stopping.</exception>
    public void Add(TubRegistration registration)
    {
        string tubId = registration.TubId.ToString();
        string address = registration.Connection.RemoteEndPoint?.ToString() ?? "(in memory)";
        TubRegistration? older;
        lock (_gate)
        {
            if (_closed)
            {
                throw new ViolationException("this relay is stopping");
            }

            if (registration.Connection.Ended.IsCompleted)
            {
                // A call that waited while its connection was replaced: the newer connection's registration stands.
                throw new ViolationException("this connection has ended");
            }

            _byTubId.Remove(tubId, out older);
            _byTubId.Add(tubId, registration);
        }

        if (older is null)
        {
            log.Registered(tubId, address);
        }
        else
        {
            log.Replaced(tubId, address);
            older.Release();
        }

        registration.OnDisconnected = registration.Connection.Disconnected.UnsafeRegister(
            _ => Remove(registration, registration.Connection.Ended.Result.Message), state: null);
    }

    /// <summary>Ends a registration that a Tub takes back.</summary>
    /// <returns>Whether the Tub has registered this listener.</returns>
    public bool TryRemove(TubId tubId, RemoteReference listener)
    {
        TubRegistration? registration;
        lock (_gate)
        {
            if (!_byTubId.TryGetValue(tubId.ToString(), out registration) || !registration.Listener.Equals(listener))
            {
                return false;
            }
        }

        return Remove(registration, "it has taken its registration back");
    }

    /// <summary>Takes no more registrations, and ends those that are there.</summary>
    public void Close()
    {
        List<TubRegistration> registrations;
        lock (_gate)
        {
            _closed = true;
            registrations = [.. _byTubId.Values];
        }

        registrations.ForEach(registration => Remove(registration, "the relay stops"));
    }

    private bool Remove(TubRegistration registration, string reason)
    {
        string tubId = registration.TubId.ToString();
        lock (_gate)
        {
            if (_byTubId.GetValueOrDefault(tubId) != registration)
            {
                return false;
            }

            _byTubId.Remove(tubId);
        }

        log.Unregistered(tubId, reason);
        registration.Release();
        return true;
    }
}
