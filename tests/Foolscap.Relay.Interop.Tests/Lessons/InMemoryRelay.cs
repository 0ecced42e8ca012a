using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Relay.Server;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests.Lessons;

/// <summary>A relay on a network whose wires can be cut, and whose Tubs do not notice it by themselves.</summary>
internal sealed class InMemoryRelay : IAsyncDisposable
{
    private static readonly TubOptions Patient = new() { KeepaliveTimeout = Timeout.InfiniteTimeSpan, DisconnectTimeout = Timeout.InfiniteTimeSpan };

    private readonly TestTub _tub;

    public InMemoryRelay(RelayServerOptions? options = null)
    {
        _tub = new TestTub(Network, TestCertificates.Low, Patient);
        Server = new RelayServer(_tub.Tub, options);
        _tub.Listener.Add(Server);
    }

    public InMemoryNetwork Network { get; } = new();

    public RelayServer Server { get; }

    /// <summary>One more process of the same Tub.</summary>
    public TestTub CreateTub() => new(Network, TestCertificates.High, Patient);

    /// <returns>The registrar, as the Tub holds it.</returns>
    public async Task<RemoteReference> RegisterAsync(TestTub tub)
    {
        RemoteReference registrar = await tub.Tub.GetReferenceAsync(Server.RegistrarFurl, TestTime.Token);
        await registrar.CallAsync("register", [tub.TubId.ToString(), new Referenceable(), new Dictionary<object, object?>()]).For("the registration");
        return registrar;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _tub.DisposeAsync();
    }
}
