using Foolscap.Furls;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Fixtures;

/// <summary>A Tub that wants to be reached, and its connection to the relay; the test says what it does.</summary>
internal sealed class ClientTub : IAsyncDisposable
{
    private readonly InMemoryNetwork _network;
    private readonly Furl _registrar;

    public ClientTub(InMemoryNetwork network, TubCertificate certificate, Furl registrar)
    {
        (_network, _registrar) = (network, registrar);
        Tub = new TestTub(network, certificate, RelayUnderTest.Patient);
    }

    public TestTub Tub { get; }

    public string Id => Tub.TubId.ToString();

    /// <summary>Its reference to the registrar.</summary>
    public RemoteReference Registrar { get; private set; } = null!;

    /// <summary>The wire of its newest connection.</summary>
    public CuttingPipe Link { get; private set; } = null!;

    /// <summary>Connects to the relay.</summary>
    public async Task ConnectAsync()
    {
        Registrar = await Tub.Tub.GetReferenceAsync(_registrar, TestTime.Token);
        Link = _network.Links[^1];
    }

    /// <summary>Connects again, once it has seen the end of the connection that it has: else it would use that one once more.</summary>
    public async Task ReconnectAsync()
    {
        await Registrar.Connection.Disconnected.CancelledWithinLimit();
        await ConnectAsync();
    }

    public Task<object?> CallRegistrarAsync(string method, params object?[] arguments) =>
        Registrar.CallAsync(method, arguments).Within($"the answer to {method}()");

    /// <summary>Calls the registrar, which refuses.</summary>
    public async Task<RemoteException> RefusedAsync(string method, params object?[] arguments) =>
        (await Assert.ThrowsAsync<RemoteException>(() => CallRegistrarAsync(method, arguments)))!;

    public Task<RemoteException> RegistrationRefusedAsync() =>
        RefusedAsync(RelayProtocol.Register, Id, new ScriptedListener(), RelayUnderTest.Options());

    /// <summary>Registers itself.</summary>
    public async Task<ScriptedListener> RegisterAsync(int? window = null, IReferenceable? events = null)
    {
        ScriptedListener listener = new();
        await CallRegistrarAsync(RelayProtocol.Register, Id, listener, RelayUnderTest.Options(window, events));
        return listener;
    }

    /// <summary>When this returns, the relay has handled all that was sent before it.</summary>
    public async Task RoundTripAsync()
    {
        using RemoteReference again = await Tub.Tub.GetReferenceAsync(_registrar, TestTime.Token);
    }

    public async ValueTask DisposeAsync() => await Tub.DisposeAsync();
}
