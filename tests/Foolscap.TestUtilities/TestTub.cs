using Foolscap.Furls;
using Foolscap.Tubs;
using Microsoft.Extensions.Logging;

namespace Foolscap.TestUtilities;

/// <summary>A Tub with a listener of its own on a network in memory.</summary>
public sealed class TestTub : IAsyncDisposable
{
    public TestTub(
        InMemoryNetwork network,
        TubCertificate certificate,
        TubOptions? options = null,
        TimeProvider? timeProvider = null,
        ILoggerFactory? loggerFactory = null,
        TubListenerOptions? listenerOptions = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        Tub = new Tub(certificate, (options ?? new TubOptions()) with { Dialer = network }, loggerFactory, timeProvider);
        Listener = new TubListener(listenerOptions, loggerFactory, timeProvider).Add(Tub);
        Hint = network.Attach(Listener);
        Tub.Hints = [Hint];
    }

    public Tub Tub { get; }

    public TubListener Listener { get; }

    public ConnectionHint Hint { get; }

    public TubId TubId => Tub.TubId;

    /// <summary>A FURL that leads to this Tub, and to no object.</summary>
    public Furl Furl => new(TubId, [Hint], "nothing");

    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync();
        await Tub.DisposeAsync();
    }
}
