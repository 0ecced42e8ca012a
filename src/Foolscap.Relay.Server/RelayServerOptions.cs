namespace Foolscap.Relay.Server;

/// <summary>How a relay treats the Tubs behind it and those who call them.</summary>
public sealed record RelayServerOptions
{
    /// <summary>
    /// The name of the registrar's FURL, which is the right to use this relay. An unguessable one is made up if none is
    /// given; give one to keep the FURL over restarts.
    /// </summary>
    public string? RegistrarName { get; init; }

    /// <summary>
    /// How many bytes of one connection the relay holds in each direction. 262,144 by default: at 50 ms between relay and
    /// Tub that is 5 MB/s for one connection.
    /// </summary>
    public int Window { get; init; } = RelayProtocol.DefaultWindow;

    /// <summary>How long a Tub may take to accept a connection. 10 s by default.</summary>
    public TimeSpan AcceptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Who sees what is relayed; nobody by default.</summary>
    public IRelayedStreamObserver? Observer { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, 1, nameof(Window));
        if (AcceptTimeout <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(AcceptTimeout), AcceptTimeout, "A timeout must be positive.");
        }
    }
}
