namespace Foolscap.Relay.Soak.Streams;

/// <summary>What happens on one relayed connection.</summary>
internal enum StreamKind : byte
{
    /// <summary>Both sides send and receive at once; each ends its direction when it has sent all.</summary>
    BothWays,

    /// <summary>The caller sends all and half-closes; only then the target sends.</summary>
    UpThenDown,

    /// <summary>The caller resets the connection in the middle.</summary>
    CallerResets,

    /// <summary>The target resets the connection in the middle.</summary>
    TargetResets,

    /// <summary>The caller resets right behind its request, maybe before the relay has asked the client.</summary>
    Vanishes,
}
