using System.Net;
using NumberSetting = Foolscap.Relay.Hosting.Configuration.ValueSetting<Foolscap.Relay.Hosting.RelayServiceOptions, int>;
using RateSetting = Foolscap.Relay.Hosting.Configuration.ValueSetting<Foolscap.Relay.Hosting.RelayServiceOptions, long?>;
using TimeSetting = Foolscap.Relay.Hosting.Configuration.ValueSetting<Foolscap.Relay.Hosting.RelayServiceOptions, System.TimeSpan>;

namespace Foolscap.Relay.Hosting.Configuration;

/// <summary>The keys of a relay.</summary>
internal sealed class ServerSchema : Schema<RelayServiceOptions>
{
    public static readonly ServerSchema Instance = new();

    private ServerSchema()
        : base([.. General(), .. Limits(), .. Listener(), .. TubTimeoutSettings.Of<RelayServiceOptions>(o => o.Tub)])
    {
    }

    protected override IEnumerable<ConfigurationFault> CheckTogether(RelayServiceOptions options, string baseFolder)
    {
        if (options.Hints.Count == 0
            && options.Listen.FirstOrDefault(text => EndPoints.TryParseIP(text)?.Address is { } address && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))) is string wildcard)
        {
            yield return new ConfigurationFault(
                "Hints", null, $"is missing, and nobody can connect to {wildcard} as it stands", "where others reach this relay, such as tcp:relay.example.org:7000");
        }

        if (options.InitialWindow > options.Window)
        {
            yield return new ConfigurationFault(
                "InitialWindow", Sizes.Format(options.InitialWindow), "is more than the window it grows to", $"at most Window ({Sizes.Format(options.Window)})");
        }

        foreach (ConfigurationFault fault in TubTimeoutSettings.CheckTogether(options.Tub))
        {
            yield return fault;
        }
    }

    private static IEnumerable<Setting<RelayServiceOptions>> General() =>
    [
        new ValueSetting<RelayServiceOptions, string>(
            "Folder", new PathKind("a folder, which is made if it is not there"), o => o.Folder, (o, value) => o.Folder = value,
            "Where the certificate (`relay.pem`) and the registrar's FURL (`registrar.furl`) are kept; for one process at a time. Required."),
        new ListSetting<RelayServiceOptions>(
            "Listen", new ListenAddressKind(), o => o.Listen, "The addresses on which the relay listens; none where Kestrel hands connections over."),
        new ListSetting<RelayServiceOptions>(
            "Hints", new HintKind(), o => o.Hints, "Where others reach this relay; by default the addresses on which it listens. Required where those are wildcards."),
        new TimeSetting(
            "Drain", new DurationKind(TimeSpan.Zero), o => o.Drain, (o, value) => o.Drain = value,
            "How long relayed connections may go on when the relay stops."),
        new ValueSetting<RelayServiceOptions, bool>(
            "DirectConnections", new FlagKind(), o => o.DirectConnections, (o, value) => o.DirectConnections = value,
            "Whether clients may open a TCP connection of their own for each caller, which is several times cheaper."),
        new ValueSetting<RelayServiceOptions, string?>(
            "AllowedTubs", new OptionalPathKind("a file with one TubID a line"), o => o.AllowedTubs, (o, value) => o.AllowedTubs = value,
            "Who may register; everybody who holds the registrar's FURL if not given. The file is read again when it changes.") { AppliesLive = true },
        new TimeSetting(
            "AcceptTimeout", Kinds.Positive, o => o.AcceptTimeout, (o, value) => o.AcceptTimeout = value,
            "How long a Tub may take to accept a connection."),
        new TimeSetting(
            "HoldTime", new DurationKind(TimeSpan.Zero), o => o.HoldTime, (o, value) => o.HoldTime = value,
            "How long a caller is held whose Tub has just lost its connection to the relay."),
        new TimeSetting(
            "PolicyTimeout", Kinds.Positive, o => o.PolicyTimeout, (o, value) => o.PolicyTimeout = value,
            "How long a policy may take to decide; one that takes longer denies."),
        new TimeSetting(
            "PolicyRecheckInterval", Kinds.PositiveOrOff, o => o.PolicyRecheckInterval, (o, value) => o.PolicyRecheckInterval = value,
            "How often it is looked whether those who are registered still may be."),
        new NumberSetting(
            "Window", Kinds.Window, o => o.Window, (o, value) => o.Window = value,
            "The most bytes of one connection that the relay holds on their way from the Tub."),
        new NumberSetting(
            "InitialWindow", Kinds.Window, o => o.InitialWindow, (o, value) => o.InitialWindow = value,
            "The window that a connection starts with."),
        new TimeSetting(
            "SelfProbeInterval", new DurationKind(TimeSpan.FromSeconds(1), mayBeOff: true), o => o.SelfProbeInterval, (o, value) => o.SelfProbeInterval = value,
            "How often the relay connects to itself, to know whether it is ready."),
    ];

    private static IEnumerable<Setting<RelayServiceOptions>> Limits() =>
    [
        Limit("MaxRegisteredTubs", o => o.MaxRegisteredTubs, (o, value) => o.MaxRegisteredTubs = value, "How many Tubs may be registered."),
        Limit("MaxRegisteredTubsPerAddress", o => o.MaxRegisteredTubsPerAddress, (o, value) => o.MaxRegisteredTubsPerAddress = value, "How many of them may connect from one address."),
        Limit("RegistrationsPerMinutePerTub", o => o.RegistrationsPerMinutePerTub, (o, value) => o.RegistrationsPerMinutePerTub = value, "How often one Tub may register in a minute, on the average."),
        Limit("MaxStreams", o => o.MaxStreams, (o, value) => o.MaxStreams = value, "How many connections may be relayed, held or offered, all together."),
        Limit("MaxStreamsPerTub", o => o.MaxStreamsPerTub, (o, value) => o.MaxStreamsPerTub = value, "How many of them may go to one Tub."),
        Limit("MaxStreamsPerAddress", o => o.MaxStreamsPerAddress, (o, value) => o.MaxStreamsPerAddress = value, "How many of them may come from one address."),
        Limit("MaxPendingAcceptsPerTub", o => o.MaxPendingAcceptsPerTub, (o, value) => o.MaxPendingAcceptsPerTub = value, "How many connections may be waiting for one Tub's answer at once."),
        Limit("AcceptsPerSecondPerTub", o => o.AcceptsPerSecondPerTub, (o, value) => o.AcceptsPerSecondPerTub = value, "How many connections one Tub is offered in a second, on the average."),
        new TimeSetting(
            "Limits:StreamIdleTimeout", Kinds.PositiveOrOff, o => o.Limits.StreamIdleTimeout, (o, value) => o.Limits.StreamIdleTimeout = value,
            "How long nothing may pass in either direction of a connection before it is aborted.") { AppliesLive = true },
        new RateSetting(
            "Limits:BytesPerSecondPerTub", Kinds.Rate, o => o.Limits.BytesPerSecondPerTub, (o, value) => o.Limits.BytesPerSecondPerTub = value,
            "How many bytes a second all connections of one Tub carry together.") { AppliesLive = true },
        new RateSetting(
            "Limits:BytesPerSecond", Kinds.Rate, o => o.Limits.BytesPerSecond, (o, value) => o.Limits.BytesPerSecond = value,
            "The same for all connections of all Tubs.") { AppliesLive = true },
        new ValueSetting<RelayServiceOptions, long>(
            "Limits:MaxBufferedBytes", Kinds.Buffer, o => o.Limits.MaxBufferedBytes, (o, value) => o.Limits.MaxBufferedBytes = value,
            "How many bytes all connections together may hold.") { AppliesLive = true },
    ];

    private static IEnumerable<Setting<RelayServiceOptions>> Listener() =>
    [
        new TimeSetting(
            "Listener:HeaderTimeout", Kinds.Positive, o => o.Listener.HeaderTimeout, (o, value) => o.Listener.HeaderTimeout = value,
            "How long a peer may take until its request is complete."),
        new NumberSetting(
            "Listener:MaxHalfOpenConnections", Kinds.Count, o => o.Listener.MaxHalfOpenConnections, (o, value) => o.Listener.MaxHalfOpenConnections = value,
            "How many connections may be waiting for their request, or in negotiation, at once."),
        new NumberSetting(
            "Listener:MaxHalfOpenConnectionsPerAddress", Kinds.Count, o => o.Listener.MaxHalfOpenConnectionsPerAddress, (o, value) => o.Listener.MaxHalfOpenConnectionsPerAddress = value,
            "The same for the connections of one address."),
        new NumberSetting(
            "Listener:MaxConnections", Kinds.Count, o => o.Listener.MaxConnections, (o, value) => o.Listener.MaxConnections = value,
            "How many connections the relay's own Tub may have."),
        new NumberSetting(
            "Listener:MaxConnectionsPerAddress", Kinds.Count, o => o.Listener.MaxConnectionsPerAddress, (o, value) => o.Listener.MaxConnectionsPerAddress = value,
            "The same for the connections of one address."),
    ];

    private static NumberSetting Limit(string name, Func<RelayServiceLimits, int> get, Action<RelayServiceLimits, int> set, string meaning) =>
        new($"Limits:{name}", Kinds.Count, o => get(o.Limits), (o, value) => set(o.Limits, value), meaning) { AppliesLive = true };
}
