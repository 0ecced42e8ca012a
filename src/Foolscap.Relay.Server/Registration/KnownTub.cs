using Foolscap.Relay.Server.Admission;

namespace Foolscap.Relay.Server.Registration;

/// <summary>
/// A TubID that is registered, or was a moment ago: what outlives one registration. The registry's lock guards what
/// changes.
/// </summary>
internal sealed class KnownTub(string tubId, TimeProvider timeProvider)
{
    private const int MaxReads = 64;

    public string TubId { get; } = tubId;

    /// <summary>How often it may still be asked to accept.</summary>
    public TokenBucket Accepts { get; } = new(timeProvider);

    /// <summary>How often it may still register.</summary>
    public TokenBucket Registrations { get; } = new(timeProvider);

    /// <summary>How many bytes its streams may still carry.</summary>
    public TokenBucket Bytes { get; } = new(timeProvider);

    /// <summary>What its streams carry, and have carried.</summary>
    public StreamTraffic Traffic { get; } = new();

    /// <summary>How many of its streams may hold bytes that wait for their turn: 4 MiB, so that no Tub can use up what others read into.</summary>
    public ReadShare Reads { get; } = new(MaxReads);

    /// <summary>Rises with each registration that is asked for, and each that is taken back: only the last one asked for may come about.</summary>
    public int Turn { get; set; }

    /// <summary>Which processes have registered it lately.</summary>
    public RegistrationHistory History { get; } = new(timeProvider);

    /// <summary>The registration that stands.</summary>
    public TubRegistration? Current { get; set; }

    /// <summary>When its last registration was lost with its connection; none if it was taken back.</summary>
    public long? LostAt { get; set; }

    /// <summary>Its place among those that are not registered any more.</summary>
    public LinkedListNode<KnownTub>? Absent { get; set; }

    /// <summary>When <see cref="Absent"/> was set.</summary>
    public long AbsentSince { get; set; }

    /// <summary>What those wait for who are held until it is back.</summary>
    public TaskCompletionSource? Return { get; set; }
}
