namespace Foolscap.Tubs;

/// <summary>The states of a <see cref="Reconnector"/>.</summary>
public enum ReconnectorState
{
    /// <summary>It is trying to get the reference.</summary>
    Connecting,

    /// <summary>It has the reference, and the session runs.</summary>
    Connected,

    /// <summary>It waits before it tries again.</summary>
    Waiting,

    /// <summary>It has been disposed, or its Tub.</summary>
    Stopped,
}
