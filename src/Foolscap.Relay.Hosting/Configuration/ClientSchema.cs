using System.Security.Cryptography;
using Foolscap.Furls;
using Foolscap.Tubs;
using NumberSetting = Foolscap.Relay.Hosting.Configuration.ValueSetting<Foolscap.Relay.Hosting.RelayClientServiceOptions, int>;
using TimeSetting = Foolscap.Relay.Hosting.Configuration.ValueSetting<Foolscap.Relay.Hosting.RelayClientServiceOptions, System.TimeSpan>;

namespace Foolscap.Relay.Hosting.Configuration;

/// <summary>The keys of a client.</summary>
internal sealed class ClientSchema : Schema<RelayClientServiceOptions>
{
    public static readonly ClientSchema Instance = new();

    private const string Unreadable = "may not be read by this user";

    private ClientSchema()
        : base([.. General(), .. Numbers(), .. Reconnection(), .. TubTimeoutSettings.Of<RelayClientServiceOptions>(o => o.Tub)])
    {
    }

    protected override IEnumerable<ConfigurationFault> CheckTogether(RelayClientServiceOptions options, string baseFolder)
    {
        if (options.InitialWindow > options.Window)
        {
            yield return new ConfigurationFault(
                "InitialWindow", Sizes.Format(options.InitialWindow), "is more than the window it grows to", $"at most Window ({Sizes.Format(options.Window)})");
        }

        if (options.Reconnection.MaxDelay < options.Reconnection.InitialDelay)
        {
            yield return new ConfigurationFault(
                "Reconnection:MaxDelay", Kinds.Positive.Format(options.Reconnection.MaxDelay), "is less than the first wait",
                $"at least Reconnection:InitialDelay ({Kinds.Positive.Format(options.Reconnection.InitialDelay)})");
        }

        foreach (ConfigurationFault fault in CheckIdentities(options, baseFolder).Concat(TubTimeoutSettings.CheckTogether(options.Tub)))
        {
            yield return fault;
        }
    }

    private static IEnumerable<ConfigurationFault> CheckIdentities(RelayClientServiceOptions options, string baseFolder)
    {
        TubId? own = null;
        string path = options.TubPem;
        if (path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal))
        {
            path = Path.GetFullPath(path, baseFolder);
            if (FindPemProblem(path, isRequired: options.Target is not null, out own) is string problem)
            {
                yield return new ConfigurationFault("TubPem", options.TubPem, problem, "a Tub's PEM file, such as private/node.pem of a Tahoe-LAFS node")
                {
                    Advice = problem == Unreadable ? "It holds a private key: run this as the user that the Tub runs as, or let a service manager hand the file over." : null,
                };
            }
        }

        if (options.Relays.Count == 0)
        {
            yield return new ConfigurationFault("Relays", null, "is missing", "the registrar FURL of each relay");
        }

        Dictionary<TubId, int> seen = [];
        for (int index = 0; index < options.Relays.Count; index++)
        {
            if (!Furl.TryParse(options.Relays[index], out Furl? registrar))
            {
                continue;
            }

            if (registrar.TubId == own)
            {
                yield return new ConfigurationFault($"Relays:{index}", null, "is of the Tub itself, which cannot register with itself", "the registrar FURL of a relay");
            }
            else if (!seen.TryAdd(registrar.TubId, index))
            {
                yield return new ConfigurationFault($"Relays:{index}", null, $"is of the same relay as Relays:{seen[registrar.TubId]}", "one FURL for each relay, with all of its hints");
            }
        }
    }

    private static string? FindPemProblem(string path, bool isRequired, out TubId? tubId)
    {
        tubId = null;
        if (Directory.Exists(path))
        {
            return $"is a folder ({path})";
        }

        if (!File.Exists(path))
        {
            return isRequired ? $"is not there ({path})" : null;
        }

        try
        {
            tubId = TubCertificate.Load(path).TubId;
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return Unreadable;
        }
        catch (Exception exception) when (exception is IOException or CryptographicException or ArgumentException)
        {
            return $"cannot be used: {exception.Message.TrimEnd('.')}";
        }
    }

    private static IEnumerable<Setting<RelayClientServiceOptions>> General() =>
    [
        new ValueSetting<RelayClientServiceOptions, string>(
            "TubPem", new PathKind("a Tub's PEM file"), o => o.TubPem, (o, value) => o.TubPem = value,
            "The certificate and private key of the Tub that is to be reached. Required."),
        new ValueSetting<RelayClientServiceOptions, string?>(
            "Target", new TargetKind(), o => o.Target, (o, value) => o.Target = value,
            "Where that Tub listens; a Tub of this process if not given."),
        new ListSetting<RelayClientServiceOptions>(
            "Relays", new RegistrarKind(), o => o.Relays, "The registrar FURLs of the relays, which are secrets. Required."),
        new ValueSetting<RelayClientServiceOptions, bool>(
            "DirectConnections", new FlagKind(), o => o.DirectConnections, (o, value) => o.DirectConnections = value,
            "Whether the client opens a TCP connection of its own to the relay for each caller, where the relay offers it."),
        new TimeSetting(
            "DirectTimeout", Kinds.Positive, o => o.DirectTimeout, (o, value) => o.DirectTimeout = value,
            "How long such a connection may take to come up."),
        new TimeSetting(
            "TargetTimeout", Kinds.Positive, o => o.TargetTimeout, (o, value) => o.TargetTimeout = value,
            "How long a connection to the Tub may take to come up."),
        new TimeSetting(
            "RegisterTimeout", Kinds.Positive, o => o.RegisterTimeout, (o, value) => o.RegisterTimeout = value,
            "How long a relay may take to answer a registration."),
        new ValueSetting<RelayClientServiceOptions, bool>(
            "WatchNetwork", new FlagKind(), o => o.WatchNetwork, (o, value) => o.WatchNetwork = value,
            "Whether the connections to the relays are tested at once when this machine's addresses change."),
    ];

    private static IEnumerable<Setting<RelayClientServiceOptions>> Numbers() =>
    [
        new NumberSetting(
            "MaxStreams", Kinds.Count, o => o.MaxStreams, (o, value) => o.MaxStreams = value,
            "How many connections may be relayed to the Tub at once, over all relays."),
        new NumberSetting(
            "MaxPendingAccepts", Kinds.Count, o => o.MaxPendingAccepts, (o, value) => o.MaxPendingAccepts = value,
            "How many connections to the Tub may be being opened at once."),
        new ValueSetting<RelayClientServiceOptions, long>(
            "MaxBufferedBytes", Kinds.Buffer, o => o.MaxBufferedBytes, (o, value) => o.MaxBufferedBytes = value,
            "How many bytes all connections together may hold."),
        new NumberSetting(
            "Window", Kinds.Window, o => o.Window, (o, value) => o.Window = value,
            "The most bytes of one connection that the client holds on their way to the Tub."),
        new NumberSetting(
            "InitialWindow", Kinds.Window, o => o.InitialWindow, (o, value) => o.InitialWindow = value,
            "The window that a connection starts with."),
    ];

    private static IEnumerable<Setting<RelayClientServiceOptions>> Reconnection() =>
    [
        new TimeSetting(
            "Reconnection:InitialDelay", Kinds.Positive, o => o.Reconnection.InitialDelay, (o, value) => o.Reconnection.InitialDelay = value,
            "The wait after the first failed attempt."),
        new TimeSetting(
            "Reconnection:MaxDelay", Kinds.Positive, o => o.Reconnection.MaxDelay, (o, value) => o.Reconnection.MaxDelay = value,
            "The longest wait, before jitter."),
        new ValueSetting<RelayClientServiceOptions, double>(
            "Reconnection:Factor", new NumberKind<double>(1, 1000, "number", "1 to 1000"), o => o.Reconnection.Factor, (o, value) => o.Reconnection.Factor = value,
            "By how much each wait is longer than the one before."),
        new ValueSetting<RelayClientServiceOptions, double>(
            "Reconnection:Jitter", new NumberKind<double>(0, 0.99, "number", "0 to 0.99"), o => o.Reconnection.Jitter, (o, value) => o.Reconnection.Jitter = value,
            "By which part a wait is made longer or shorter at random."),
        new TimeSetting(
            "Reconnection:StableAfter", new DurationKind(TimeSpan.Zero), o => o.Reconnection.StableAfter, (o, value) => o.Reconnection.StableAfter = value,
            "How long a connection must have been good for the waits to start afresh."),
    ];
}
