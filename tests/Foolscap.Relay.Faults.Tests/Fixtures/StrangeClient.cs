using Foolscap.Furls;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Faults.Tests.Fixtures;

/// <summary>A Tub that speaks to the registrar itself, and does what no relay client does.</summary>
internal sealed class StrangeClient : IAsyncDisposable
{
    private readonly Tub _tub;
    private readonly RemoteReference _registrar;

    private StrangeClient(Tub tub, RemoteReference registrar) => (_tub, _registrar) = (tub, registrar);

    public TubId TubId => _tub.TubId;

    /// <summary>Connects to a relay.</summary>
    public static async Task<StrangeClient> ConnectAsync(Furl registrar)
    {
        Tub tub = new(TestCertificates.Low);
        return new StrangeClient(tub, await tub.GetReferenceAsync(registrar).For("the registrar"));
    }

    /// <summary>Registers.</summary>
    /// <param name="accept">What it does when it is asked to take a connection.</param>
    public Task<object?> RegisterAsync(Func<RemoteCall, Task<object?>> accept) =>
        RegisterAsync(new Referenceable().OnAsync(RelayProtocol.Accept, accept));

    public Task<object?> RegisterAsync(IReferenceable listener) =>
        CallAsync(RelayProtocol.Register, TubId.ToString(), listener, new Dictionary<object, object?>());

    public Task<object?> UnregisterAsync(IReferenceable listener) => CallAsync(RelayProtocol.Unregister, TubId.ToString(), listener);

    public async ValueTask DisposeAsync() => await _tub.DisposeAsync();

    private Task<object?> CallAsync(string method, params object?[] arguments) =>
        _registrar.CallAsync(method, arguments).For($"the relay's answer to {method}()");
}
