using System.Diagnostics;
using Foolscap.Relay.Server.Admission;
using Foolscap.Relay.Server.Observation;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Registration;

/// <summary>
/// The object that Tubs register with. Who calls is the TubID of the connection on which the call arrives, and nothing
/// else: a Tub can register itself only.
/// </summary>
internal sealed class Registrar(
    Tub tub,
    TubRegistry registry,
    PolicyQuestion policy,
    RefusalCounters<RelayRefusal> refusals,
    RelayServerOptions options,
    CurrentLimits limits,
    RelayLog log)
    : IReferenceable
{
    public ValueTask<object?> CallAsync(RemoteCall call) => call.Method switch
    {
        RelayProtocol.Register => new(RegisterAsync(call)),
        RelayProtocol.Unregister => new(Unregister(call)),
        _ => throw call.UnknownMethod(),
    };

    private async Task<object?> RegisterAsync(RemoteCall call)
    {
        Activity? trace = RelayTracing.StartRegister();
        try
        {
            TubRegistration registration = await AddAsync(call).ConfigureAwait(false);
            trace.EndRegistered(registration.IsReplacement);
            return CreateAnswer();
        }
        catch (RefusedRegistrationException refused)
        {
            trace.EndRefused(RelayTags.RegistrationResult, RelayTags.Refused, RelayTags.Of(refused.Reason));
            throw new ViolationException(refused.Message);
        }
        catch (Exception exception)
        {
            trace.EndRefused(RelayTags.RegistrationResult, RelayTags.Invalid, exception.GetType().Name);
            throw;
        }
    }

    private async Task<TubRegistration> AddAsync(RemoteCall call)
    {
        RemoteReference listener = GetListener(call, arguments: 3);
        RemoteReference? hearer = null;
        try
        {
            IReadOnlyDictionary<object, object?> given = call.Get<Dictionary<object, object?>?>(2)
                ?? throw new ViolationException($"{call.Method}() needs a dict of options, which may be empty.");
            hearer = TakeEvents(given);
            TubRegistration registration = new(listener, hearer, RelayWindow.Get(given), limits)
            {
                TakesDirect = given.GetValueOrDefault(RelayProtocol.DirectKey) is true,
            };
            int turn = await CheckAsync(registration).ConfigureAwait(false);
            if (registry.Add(registration, turn) is RelayRefusal refusal)
            {
                throw Refuse(registration, refusal);
            }

            return registration;
        }
        catch
        {
            listener.Dispose();
            hearer?.Dispose();
            throw;
        }
    }

    private Dictionary<object, object?> CreateAnswer()
    {
        Dictionary<object, object?> answer = new()
        {
            [RelayProtocol.VersionKey] = RelayProtocol.Version,
            [RelayProtocol.HintsKey] = tub.Hints.Select(hint => hint.ToString()).ToList(),
            [RelayProtocol.WindowKey] = options.FirstWindow,
        };
        if (options.DirectConnections)
        {
            answer[RelayProtocol.DirectKey] = true;
        }

        return answer;
    }

    /// <summary>Checks whether the Tub may register at all, before anything is done for it.</summary>
    /// <returns>The turn of this registration.</returns>
    private async Task<int> CheckAsync(TubRegistration registration)
    {
        if (registry.Check(registration.TubId.ToString(), out int turn) is RelayRefusal refusal)
        {
            throw Refuse(registration, refusal);
        }

        RegistrationRequest request = new(registration.TubId, registration.Connection.RemoteEndPoint);
        if (await policy.GetDenialAsync(request).ConfigureAwait(false) is string denial)
        {
            if (denial != PolicyQuestion.Unavailable)
            {
                registry.Deny(registration.TubId.ToString(), denial);
            }

            throw Refuse(registration, RelayRefusal.RegistrationPolicy, denial);
        }

        return turn;
    }

    private RefusedRegistrationException Refuse(TubRegistration registration, RelayRefusal refusal, string? detail = null)
    {
        RefusedRegistrationException exception = refusal.ToException(detail);
        if (refusals.Count(refusal, out long count))
        {
            log.RegistrationsRefused(count, registration.TubId.ToString(), registration.AddressText, exception.Message);
        }

        registry.News.OnRefused(registration, exception);
        return exception;
    }

    private object? Unregister(RemoteCall call)
    {
        using RemoteReference listener = GetListener(call, arguments: 2);
        return registry.TryRemove(call.Caller.ToString(), listener)
            ? null
            : throw new ViolationException($"Tub {call.Caller} has not registered this listener.");
    }

    /// <summary>Takes the reference for events out of the options, and gives back those that this relay does not know.</summary>
    private static RemoteReference? TakeEvents(IReadOnlyDictionary<object, object?> given)
    {
        object? events = given.GetValueOrDefault(RelayProtocol.EventsKey);
        foreach (RemoteReference unused in given.Values.OfType<RemoteReference>().Where(reference => reference != events))
        {
            unused.Dispose();
        }

        return events is null or RemoteReference
            ? (RemoteReference?)events
            : throw new ViolationException($"The option {RelayProtocol.EventsKey} must be a reference to an object of the Tub that registers.");
    }

    /// <summary>Checks who calls for whom, and gets the listener, which is the caller of this method's to dispose.</summary>
    private static RemoteReference GetListener(RemoteCall call, int arguments)
    {
        if (call.Arguments.Count != arguments || call.Keywords.Count != 0)
        {
            DisposeReferences(call);
            throw new ViolationException($"{call.Method}() takes {arguments} arguments, and got {call.Arguments.Count + call.Keywords.Count}.");
        }

        try
        {
            string tubId = call.Get<string?>(0) ?? throw new ViolationException($"{call.Method}() needs a TubID.");
            return tubId == call.Caller.ToString()
                ? call.Get<RemoteReference>(1) ?? throw new ViolationException($"{call.Method}() needs a listener.")
                : throw new ViolationException(
                    $"Only Tub {Cut(tubId)} itself may {call.Method} that TubID; this connection is that of Tub {call.Caller}.");
        }
        catch (ViolationException)
        {
            DisposeReferences(call);
            throw;
        }
    }

    private static void DisposeReferences(RemoteCall call)
    {
        foreach (RemoteReference reference in call.Arguments.Concat(call.Keywords.Values).OfType<RemoteReference>())
        {
            reference.Dispose();
        }
    }

    private static string Cut(string text) => text.Length > 100 ? text[..100] : text;
}
