using Foolscap.Relay.Server.Registration;

namespace Foolscap.Relay.Server.Interception;

/// <summary>One stream that is relayed: between whom, since when, and what <see cref="ActiveStreams"/> remembers of it.</summary>
/// <param name="stream">The stream.</param>
/// <param name="registration">The registration on which it was accepted.</param>
/// <param name="traffic">Where the Tub's streams are counted.</param>
/// <param name="peer">The caller's address.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class ActiveStream(
    IActiveStream stream, TubRegistration registration, StreamTraffic traffic, string peer, TimeProvider timeProvider)
{
    private volatile object? _cause;

    public IActiveStream Stream => stream;

    public TubRegistration Registration => registration;

    public StreamTraffic Traffic => traffic;

    public string Peer => peer;

    public bool IsDirect { get; } = stream is DirectStream;

    public DateTimeOffset Since { get; } = timeProvider.GetUtcNow();

    /// <summary>When it was about to start.</summary>
    public long Started { get; } = timeProvider.GetTimestamp();

    /// <summary>Ends it, as far as it has not ended by itself.</summary>
    /// <param name="cause">Why.</param>
    /// <param name="reason">The same in words.</param>
    public void Abort(StreamEndReason cause, string reason)
    {
        _cause ??= cause;
        stream.Abort(reason);
    }

    /// <summary>Why it has ended.</summary>
    public StreamEndReason GetReason(StreamEnd end) => end.IsAborted
        ? _cause as StreamEndReason? ?? (IsTubLost ? StreamEndReason.TubLost : StreamEndReason.Reset)
        : StreamEndReason.Completed;

    /// <summary>A direct stream needs the connection to the Tub's client no more.</summary>
    private bool IsTubLost => !IsDirect && registration.Connection.Disconnected.IsCancellationRequested;

    /// <summary>How many bytes it had carried when it was looked at last.</summary>
    public long IdleBytes { get; set; }

    /// <summary>Since when these have been all.</summary>
    public long IdleSince { get; set; } = timeProvider.GetTimestamp();
}
