using System.Diagnostics.Metrics;
using Foolscap.Tubs;

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
    /// The most bytes of one connection that the relay holds on their way from the Tub. 16 MiB by default: at 150 ms between relay
    /// and Tub that is 100 MB/s for one connection. It has more than 1 MiB only where its round trip needs it, and while
    /// the budget has room.
    /// </summary>
    public int Window { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// The window that a connection starts with; it grows to <see cref="Window"/> while the connection moves fast enough to
    /// need it. 16,384 by default, so that thousands of idle connections reserve little of <see cref="RelayLimits.MaxBufferedBytes"/>.
    /// </summary>
    public int InitialWindow { get; init; } = 16_384;

    /// <summary>How long a Tub may take to accept a connection. 10 s by default.</summary>
    public TimeSpan AcceptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a caller is held whose Tub has lost its connection to the relay, counted from that loss. 10 s by default: time
    /// for a client to come back, and far less than the 120 s that Foolscap negotiates. Zero turns it off.
    /// </summary>
    public TimeSpan HoldTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether a Tub's client may open a TCP connection of its own for each connection that it is offered: the relay then only
    /// copies between that and the caller's, which is several times cheaper than a share of the one connection to the Tub.
    /// On by default. A host with a listener of its own has to hand over requests for <c>/direct/</c> as well; clients
    /// do without them where they fail.
    /// </summary>
    public bool DirectConnections { get; init; } = true;

    /// <summary>How much of the relay a Tub, an address, or all together may use.</summary>
    public RelayLimits Limits { get; init; } = new();

    /// <summary>
    /// How connections are treated that a host hands to <see cref="RelayServer.HandleAsync"/>; those of a
    /// <see cref="TubListener"/> of its own are treated by that listener's options.
    /// </summary>
    public TubListenerOptions HandedConnections { get; init; } = new();

    /// <summary>Who may register; by default whoever holds the registrar's FURL.</summary>
    public IRegistrationPolicy? RegistrationPolicy { get; init; }

    /// <summary>Who may connect to whom; by default everybody to every registered Tub.</summary>
    public IConnectionPolicy? ConnectionPolicy { get; init; }

    /// <summary>How long a policy may take to decide. 5 s by default; one that takes longer denies.</summary>
    public TimeSpan PolicyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often <see cref="RegistrationPolicy"/> is asked about the Tubs that are registered, so that one that may not
    /// be any more loses its registration, and its connection. 60 s by default; <see cref="Timeout.InfiniteTimeSpan"/> turns it off.
    /// </summary>
    public TimeSpan PolicyRecheckInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Who sees what is relayed; nobody by default.</summary>
    public IRelayedStreamObserver? Observer { get; init; }

    /// <summary>
    /// Hears of everything that happens: Tubs that come and go, streams that start and end, refusals. Nobody by default, and then
    /// it costs nothing. The events of one Tub's registrations come in their order, and so do those of one stream.
    /// </summary>
    /// <remarks>
    /// It is called by whichever thread has made it happen, by several at once, in part while others wait for it: it must not block, nor wait for
    /// anybody who waits for the relay. What it throws is logged, and changes nothing.
    /// </remarks>
    public Action<RelayEvent>? OnEvent { get; init; }

    /// <summary>
    /// What makes the meter <c>Foolscap.Relay.Server</c>, whose instruments tell how it stands with the relay. By default the relay
    /// has a meter of its own, which ends with it.
    /// </summary>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>
    /// The name of this relay where a process has several: the tag <c>foolscap.relay.name</c> of its meter tells them apart. None
    /// by default, and then there is no such tag.
    /// </summary>
    public string? MeterName { get; init; }

    /// <summary>More than this no timer takes.</summary>
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(24);

    /// <summary>How many sockets a relay has when all limits are reached: a stream may have two.</summary>
    internal long MostSockets =>
        Limits.MaxRegisteredTubs + ((DirectConnections ? 2L : 1L) * Limits.MaxStreams) + HandedConnections.MaxHalfOpenConnections;

    /// <summary>The window that the relay tells a Tub.</summary>
    internal int FirstWindow => Math.Min(InitialWindow, Window);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, 1, nameof(Window));
        ArgumentOutOfRangeException.ThrowIfLessThan(InitialWindow, 1, nameof(InitialWindow));
        ArgumentOutOfRangeException.ThrowIfLessThan(HoldTime, TimeSpan.Zero, nameof(HoldTime));
        ArgumentNullException.ThrowIfNull(Limits, nameof(Limits));
        ArgumentNullException.ThrowIfNull(HandedConnections, nameof(HandedConnections));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(HoldTime, LongestTimeout, nameof(HoldTime));
        CheckPositive(AcceptTimeout, nameof(AcceptTimeout));
        CheckPositive(PolicyTimeout, nameof(PolicyTimeout));
        if (PolicyRecheckInterval != Timeout.InfiniteTimeSpan)
        {
            CheckPositive(PolicyRecheckInterval, nameof(PolicyRecheckInterval));
        }

        Limits.Validate();
    }

    private static void CheckPositive(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero || value > LongestTimeout)
        {
            throw new ArgumentOutOfRangeException(name, value, "It must be positive, and at most 24 days.");
        }
    }
}
