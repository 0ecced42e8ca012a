using Foolscap.Tubs;

namespace Foolscap.Relay.Hosting;

/// <summary><see cref="ReconnectorOptions"/>, as a configuration says them.</summary>
public sealed class ReconnectionOptions
{
    private static readonly ReconnectorOptions Defaults = new();

    /// <inheritdoc cref="ReconnectorOptions.InitialDelay"/>
    public TimeSpan InitialDelay { get; set; } = Defaults.InitialDelay;

    /// <inheritdoc cref="ReconnectorOptions.MaxDelay"/>
    public TimeSpan MaxDelay { get; set; } = Defaults.MaxDelay;

    /// <inheritdoc cref="ReconnectorOptions.Factor"/>
    public double Factor { get; set; } = Defaults.Factor;

    /// <inheritdoc cref="ReconnectorOptions.Jitter"/>
    public double Jitter { get; set; } = Defaults.Jitter;

    /// <inheritdoc cref="ReconnectorOptions.StableAfter"/>
    public TimeSpan StableAfter { get; set; } = Defaults.StableAfter;

    internal ReconnectorOptions ToReconnectorOptions() => new()
    {
        InitialDelay = InitialDelay,
        MaxDelay = MaxDelay,
        Factor = Factor,
        Jitter = Jitter,
        StableAfter = StableAfter,
    };
}
