namespace Foolscap.Relay.Client.Attachment;

/// <summary>Why a connection that a relay offers is not taken.</summary>
internal enum AcceptRefusal
{
    /// <summary>A limit is reached.</summary>
    Limit,

    /// <summary>The Tub cannot be reached.</summary>
    TargetUnreachable,

    /// <summary>The client stops.</summary>
    Stopped,
}
