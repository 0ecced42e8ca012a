using System.Net;
using Foolscap.Relay.Server.Admission;
using Foolscap.Relay.Server.Observation;

namespace Foolscap.Relay.Server.Registration;

/// <summary>Counts, logs and tells the host what becomes of registrations. Thread-safe.</summary>
internal sealed class RegistrationNews(RelayEventSink events, RelayLog log)
{
    private long _registrations;
    private long _replacements;
    private long _conflicts;
    private long _refused;

    /// <summary>How often Tubs have registered.</summary>
    public long Registrations => Interlocked.Read(ref _registrations);

    /// <summary>How many of these took the place of an older one.</summary>
    public long Replacements => Interlocked.Read(ref _replacements);

    /// <summary>How often a process came back that another one with the same certificate had replaced.</summary>
    public long Conflicts => Interlocked.Read(ref _conflicts);

    /// <summary>How many registrations were refused.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>A Tub may not register.</summary>
    public void OnRefused(TubRegistration registration, RefusedRegistrationException refusal)
    {
        Interlocked.Increment(ref _refused);
        if (events.IsEnabled)
        {
            events.Raise(new RegistrationRefused(
                events.Now, refusal.Reason, registration.TubId, registration.Connection.RemoteEndPoint, refusal.Message));
        }
    }

    /// <summary>Tells the host that a registration stands.</summary>
    /// <param name="registration">The registration.</param>
    /// <param name="rival">The address of the other process that had replaced this one; none if all is well.</param>
    public void TellHost(TubRegistration registration, string? rival)
    {
        if (!events.IsEnabled)
        {
            return;
        }

        EndPoint? address = registration.Connection.RemoteEndPoint;
        events.Raise(registration.IsReplacement
            ? new TubReplaced(registration.Since, registration.TubId, address)
            : new TubRegistered(registration.Since, registration.TubId, address));
        if (rival is not null)
        {
            events.Raise(new TubConflict(registration.Since, registration.TubId, address, rival));
        }
    }

    /// <summary>Tells the host that a registration stands no more.</summary>
    public void TellHostOfEnd(TubRegistration registration, string reason)
    {
        if (events.IsEnabled)
        {
            events.Raise(new TubUnregistered(events.Now, registration.TubId, reason));
        }
    }

    /// <summary>Counts a registration that stands, and logs it.</summary>
    /// <param name="registration">The registration.</param>
    /// <param name="rival">The address of the other process that had replaced this one; none if all is well.</param>
    public void Count(TubRegistration registration, string? rival)
    {
        string tubId = registration.TubId.ToString();
        Interlocked.Increment(ref _registrations);
        if (registration.IsReplacement)
        {
            Interlocked.Increment(ref _replacements);
            log.Replaced(tubId, registration.AddressText);
        }
        else
        {
            log.Registered(tubId, registration.AddressText);
        }

        if (rival is not null)
        {
            Interlocked.Increment(ref _conflicts);
            log.Conflict(tubId, registration.AddressText, rival);
        }
    }
}
