using Foolscap.Tubs;

namespace Foolscap.Relay.Hosting;

/// <summary><see cref="TubListenerOptions"/>, as a configuration says them.</summary>
public sealed class RelayServiceListener
{
    private static readonly TubListenerOptions Defaults = new();

    /// <inheritdoc cref="TubListenerOptions.HeaderTimeout"/>
    public TimeSpan HeaderTimeout { get; set; } = Defaults.HeaderTimeout;

    /// <inheritdoc cref="TubListenerOptions.MaxHalfOpenConnections"/>
    public int MaxHalfOpenConnections { get; set; } = Defaults.MaxHalfOpenConnections;

    /// <inheritdoc cref="TubListenerOptions.MaxHalfOpenConnectionsPerAddress"/>
    public int MaxHalfOpenConnectionsPerAddress { get; set; } = Defaults.MaxHalfOpenConnectionsPerAddress;

    /// <inheritdoc cref="TubListenerOptions.MaxConnections"/>
    public int MaxConnections { get; set; } = Defaults.MaxConnections;

    /// <inheritdoc cref="TubListenerOptions.MaxConnectionsPerAddress"/>
    public int MaxConnectionsPerAddress { get; set; } = Defaults.MaxConnectionsPerAddress;

    internal TubListenerOptions ToListenerOptions() => new()
    {
        HeaderTimeout = HeaderTimeout,
        MaxHalfOpenConnections = MaxHalfOpenConnections,
        MaxHalfOpenConnectionsPerAddress = MaxHalfOpenConnectionsPerAddress,
        MaxConnections = MaxConnections,
        MaxConnectionsPerAddress = MaxConnectionsPerAddress,
    };
}
