using Foolscap.Tubs;

namespace Foolscap.Relay.Hosting;

/// <summary>The times of <see cref="TubOptions"/>, as a configuration says them.</summary>
public sealed class TubTimeouts
{
    private static readonly TubOptions Defaults = new();

    /// <inheritdoc cref="TubOptions.KeepaliveTimeout"/>
    public TimeSpan KeepaliveTimeout { get; set; } = Defaults.KeepaliveTimeout;

    /// <inheritdoc cref="TubOptions.DisconnectTimeout"/>
    public TimeSpan DisconnectTimeout { get; set; } = Defaults.DisconnectTimeout;

    /// <inheritdoc cref="TubOptions.WriteTimeout"/>
    public TimeSpan WriteTimeout { get; set; } = Defaults.WriteTimeout;

    /// <inheritdoc cref="TubOptions.ConnectTimeout"/>
    public TimeSpan ConnectTimeout { get; set; } = Defaults.ConnectTimeout;

    /// <inheritdoc cref="TubOptions.NegotiationTimeout"/>
    public TimeSpan NegotiationTimeout { get; set; } = Defaults.NegotiationTimeout;

    internal TubOptions ToTubOptions(TubLimits limits) => new()
    {
        KeepaliveTimeout = KeepaliveTimeout,
        DisconnectTimeout = DisconnectTimeout,
        WriteTimeout = WriteTimeout,
        ConnectTimeout = ConnectTimeout,
        NegotiationTimeout = NegotiationTimeout,
        Limits = limits,
    };
}
