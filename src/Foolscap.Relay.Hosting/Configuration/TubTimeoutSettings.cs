namespace Foolscap.Relay.Hosting.Configuration;

/// <summary>The keys that relays and clients have in common: those of their Tubs.</summary>
internal static class TubTimeoutSettings
{
    private static readonly DurationKind Timeout = new(TimeSpan.FromSeconds(1), mayBeOff: true);

    public static IEnumerable<Setting<TOptions>> Of<TOptions>(Func<TOptions, TubTimeouts> get) =>
    [
        new ValueSetting<TOptions, TimeSpan>(
            "Tub:KeepaliveTimeout", Timeout, o => get(o).KeepaliveTimeout, (o, value) => get(o).KeepaliveTimeout = value,
            "How long a connection may be silent before a PING is sent, and again after each such time."),
        new ValueSetting<TOptions, TimeSpan>(
            "Tub:DisconnectTimeout", Timeout, o => get(o).DisconnectTimeout, (o, value) => get(o).DisconnectTimeout = value,
            "How long nothing may be received before a connection counts as dead."),
        new ValueSetting<TOptions, TimeSpan>(
            "Tub:WriteTimeout", Timeout, o => get(o).WriteTimeout, (o, value) => get(o).WriteTimeout = value,
            "How long the other end may take nothing of what is sent before a connection is given up."),
        new ValueSetting<TOptions, TimeSpan>(
            "Tub:ConnectTimeout", Timeout, o => get(o).ConnectTimeout, (o, value) => get(o).ConnectTimeout = value,
            "How long an attempt to connect to a Tub may take, over all hints of its FURL."),
        new ValueSetting<TOptions, TimeSpan>(
            "Tub:NegotiationTimeout", Timeout, o => get(o).NegotiationTimeout, (o, value) => get(o).NegotiationTimeout = value,
            "How long a peer that connects may take from the request to the end of the negotiation."),
    ];

    /// <summary>Looks for times that do not go together.</summary>
    public static IEnumerable<ConfigurationFault> CheckTogether(TubTimeouts timeouts)
    {
        bool neverPings = timeouts.KeepaliveTimeout == System.Threading.Timeout.InfiniteTimeSpan;
        if (timeouts.DisconnectTimeout != System.Threading.Timeout.InfiniteTimeSpan && (neverPings || timeouts.DisconnectTimeout <= timeouts.KeepaliveTimeout))
        {
            yield return new ConfigurationFault(
                "Tub:DisconnectTimeout",
                Timeout.Format(timeouts.DisconnectTimeout),
                "ends silent connections before they have been asked whether they live",
                $"\"off\", or more than Tub:KeepaliveTimeout ({Timeout.Format(timeouts.KeepaliveTimeout)})");
        }
    }
}
