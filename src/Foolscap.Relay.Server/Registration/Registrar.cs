using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Registration;

/// <summary>
/// The object that Tubs register with. Who calls is the TubID of the connection on which the call arrives, and nothing
/// else: a Tub can register itself only.
/// </summary>
internal sealed class Registrar(Tub tub, TubRegistry registry, RelayServerOptions options) : IReferenceable
{
    public ValueTask<object?> CallAsync(RemoteCall call) => call.Method switch
    {
        RelayProtocol.Register => new(Register(call)),
        RelayProtocol.Unregister => new(Unregister(call)),
        _ => throw call.UnknownMethod(),
    };

    private Dictionary<object, object?> Register(RemoteCall call)
    {
        RemoteReference listener = GetListener(call, arguments: 3);
        try
        {
            IReadOnlyDictionary<object, object?> given = call.Get<Dictionary<object, object?>?>(2)
                ?? throw new ViolationException($"{call.Method}() needs a dict of options, which may be empty.");
            foreach (RemoteReference unused in given.Values.OfType<RemoteReference>())
            {
                unused.Dispose(); // of an option that this relay does not know
            }

            registry.Add(new TubRegistration(listener, RelayWindow.Get(given)));
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        return new Dictionary<object, object?>
        {
            [RelayProtocol.VersionKey] = RelayProtocol.Version,
            [RelayProtocol.HintsKey] = tub.Hints.Select(hint => hint.ToString()).ToList(),
            [RelayProtocol.WindowKey] = options.Window,
        };
    }

    private object? Unregister(RemoteCall call)
    {
        using RemoteReference listener = GetListener(call, arguments: 2);
        return registry.TryRemove(call.Caller, listener)
            ? null
            : throw new ViolationException($"Tub {call.Caller} has not registered this listener.");
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
