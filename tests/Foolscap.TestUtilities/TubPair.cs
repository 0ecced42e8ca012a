using Foolscap.Tubs;
using Microsoft.Extensions.Logging;

namespace Foolscap.TestUtilities;

/// <summary>Two Tubs on a network in memory: the client connects, the server is connected to.</summary>
public sealed class TubPair : IAsyncDisposable
{
    private TubPair(TubPairOptions options)
    {
        (TubCertificate client, TubCertificate server) = options.ClientIsMaster
            ? (TestCertificates.High, TestCertificates.Low)
            : (TestCertificates.Low, TestCertificates.High);
        Client = new TestTub(Network, client, options.Client, options.TimeProvider, options.LoggerFactory);
        Server = new TestTub(Network, server, options.Server, options.TimeProvider, options.LoggerFactory, options.Listener);
    }

    public InMemoryNetwork Network { get; } = new();

    public TestTub Client { get; }

    public TestTub Server { get; }

    /// <summary>Creates two Tubs, which are not connected yet.</summary>
    public static TubPair Create(TubPairOptions? options = null) => new(options ?? new TubPairOptions());

    /// <summary>Connects the client to the server.</summary>
    /// <returns>The client's side of the connection.</returns>
    public Task<TubConnection> ConnectAsync() => Client.Tub.ConnectAsync(Server.Furl, TestTime.Token);

    /// <summary>Offers an object at the server, and gets the client a reference to it.</summary>
    public Task<RemoteReference> GetReferenceAsync(IReferenceable target) =>
        Client.Tub.GetReferenceAsync(Server.Tub.Register(target), TestTime.Token);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Client.DisposeAsync().AsTask(), Server.DisposeAsync().AsTask()).WithinLimit();
    }
}

/// <summary>How the Tubs of a <see cref="TubPair"/> are.</summary>
public sealed record TubPairOptions
{
    /// <summary>Which of the two decides upon the connection.</summary>
    public bool ClientIsMaster { get; init; }

    public TubOptions? Client { get; init; }

    public TubOptions? Server { get; init; }

    public TubListenerOptions? Listener { get; init; }

    public TimeProvider? TimeProvider { get; init; }

    public ILoggerFactory? LoggerFactory { get; init; }
}
