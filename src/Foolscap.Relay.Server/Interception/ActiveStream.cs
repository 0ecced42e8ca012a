using Foolscap.Relay.Server.Registration;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Interception;

/// <summary>One stream that is relayed: between whom, since when, and what <see cref="ActiveStreams"/> remembers of it.</summary>
/// <param name="stream">The stream.</param>
/// <param name="registration">The registration on which it was accepted.</param>
/// <param name="traffic">Where the Tub's streams are counted.</param>
/// <param name="peer">The caller's address.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class ActiveStream(
    IActiveStream stream, TubRegistration registration, TubTraffic traffic, string peer, TimeProvider timeProvider)
{
    public IActiveStream Stream => stream;

    public TubRegistration Registration => registration;

    public TubTraffic Traffic => traffic;

    public string Peer => peer;

    public bool IsDirect { get; } = stream is DirectStream;

    public DateTimeOffset Since { get; } = timeProvider.GetUtcNow();

    /// <summary>When it was about to start.</summary>
    public long Started { get; } = timeProvider.GetTimestamp();

    /// <summary>How many bytes it had carried when it was looked at last.</summary>
    public long IdleBytes { get; set; }

    /// <summary>Since when these have been all.</summary>
    public long IdleSince { get; set; } = timeProvider.GetTimestamp();
}
