using Foolscap.Relay.Client;
using Foolscap.Relay.Server;
using Foolscap.Tubs;

namespace Foolscap.Relay.Faults.Tests.Programs;

/// <summary>
/// The documented times of relay and client, all made shorter by one factor, so that what takes minutes in the field
/// fits into a run of the tests.
/// </summary>
internal static class ShortTimes
{
    public const double Factor = 12;

    /// <summary>A connection on which nothing has been received for so long is given up.</summary>
    public static readonly TimeSpan Disconnect = TimeSpan.FromSeconds(60) / Factor;

    /// <summary>Not as short as the others: a machine that stands still for a moment must not make a caller late.</summary>
    public static readonly TimeSpan Accept = TimeSpan.FromSeconds(6);

    /// <summary>Not as short as the others, for the same reason.</summary>
    public static readonly TimeSpan Header = TimeSpan.FromSeconds(6);

    public static TubOptions Tub { get; } = new()
    {
        KeepaliveTimeout = TimeSpan.FromSeconds(20) / Factor,
        DisconnectTimeout = Disconnect,
        ConnectTimeout = TimeSpan.FromSeconds(60) / Factor,
    };

    public static TubListenerOptions Listener { get; } = new() { HeaderTimeout = Header };

    /// <summary>These tests are of the one connection between relay and client, and what becomes of those that share it.</summary>
    public static RelayServerOptions Relay { get; } = new() { AcceptTimeout = Accept, RegistrarName = "registrar", DirectConnections = false };

    public static RelayClientOptions Client { get; } = new()
    {
        Reconnection = new ReconnectorOptions
        {
            InitialDelay = TimeSpan.FromSeconds(1) / Factor,
            MaxDelay = TimeSpan.FromSeconds(30) / Factor,
            StableAfter = TimeSpan.FromSeconds(30) / Factor,
        },
    };
}
