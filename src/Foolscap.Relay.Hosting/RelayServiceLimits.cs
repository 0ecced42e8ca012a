using Foolscap.Relay.Server;

namespace Foolscap.Relay.Hosting;

/// <summary><see cref="RelayLimits"/>, as a configuration says them.</summary>
public sealed class RelayServiceLimits
{
    private static readonly RelayLimits Defaults = new();

    /// <inheritdoc cref="RelayLimits.MaxRegisteredTubs"/>
    public int MaxRegisteredTubs { get; set; } = Defaults.MaxRegisteredTubs;

    /// <inheritdoc cref="RelayLimits.MaxRegisteredTubsPerAddress"/>
    public int MaxRegisteredTubsPerAddress { get; set; } = Defaults.MaxRegisteredTubsPerAddress;

    /// <inheritdoc cref="RelayLimits.RegistrationsPerMinutePerTub"/>
    public int RegistrationsPerMinutePerTub { get; set; } = Defaults.RegistrationsPerMinutePerTub;

    /// <inheritdoc cref="RelayLimits.MaxStreams"/>
    public int MaxStreams { get; set; } = Defaults.MaxStreams;

    /// <inheritdoc cref="RelayLimits.MaxStreamsPerTub"/>
    public int MaxStreamsPerTub { get; set; } = Defaults.MaxStreamsPerTub;

    /// <inheritdoc cref="RelayLimits.MaxStreamsPerAddress"/>
    public int MaxStreamsPerAddress { get; set; } = Defaults.MaxStreamsPerAddress;

    /// <inheritdoc cref="RelayLimits.MaxPendingAcceptsPerTub"/>
    public int MaxPendingAcceptsPerTub { get; set; } = Defaults.MaxPendingAcceptsPerTub;

    /// <inheritdoc cref="RelayLimits.AcceptsPerSecondPerTub"/>
    public int AcceptsPerSecondPerTub { get; set; } = Defaults.AcceptsPerSecondPerTub;

    /// <inheritdoc cref="RelayLimits.StreamIdleTimeout"/>
    public TimeSpan StreamIdleTimeout { get; set; } = Defaults.StreamIdleTimeout;

    /// <inheritdoc cref="RelayLimits.BytesPerSecondPerTub"/>
    public long? BytesPerSecondPerTub { get; set; } = Defaults.BytesPerSecondPerTub;

    /// <inheritdoc cref="RelayLimits.BytesPerSecond"/>
    public long? BytesPerSecond { get; set; } = Defaults.BytesPerSecond;

    /// <inheritdoc cref="RelayLimits.MaxBufferedBytes"/>
    public long MaxBufferedBytes { get; set; } = Defaults.MaxBufferedBytes;

    internal RelayLimits ToLimits() => new()
    {
        MaxRegisteredTubs = MaxRegisteredTubs,
        MaxRegisteredTubsPerAddress = MaxRegisteredTubsPerAddress,
        RegistrationsPerMinutePerTub = RegistrationsPerMinutePerTub,
        MaxStreams = MaxStreams,
        MaxStreamsPerTub = MaxStreamsPerTub,
        MaxStreamsPerAddress = MaxStreamsPerAddress,
        MaxPendingAcceptsPerTub = MaxPendingAcceptsPerTub,
        AcceptsPerSecondPerTub = AcceptsPerSecondPerTub,
        StreamIdleTimeout = StreamIdleTimeout,
        BytesPerSecondPerTub = BytesPerSecondPerTub,
        BytesPerSecond = BytesPerSecond,
        MaxBufferedBytes = MaxBufferedBytes,
    };
}
