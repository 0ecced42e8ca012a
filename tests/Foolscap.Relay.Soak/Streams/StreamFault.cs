namespace Foolscap.Relay.Soak.Streams;

/// <summary>How one end of a connection saw it end.</summary>
internal enum StreamFault
{
    /// <summary>As planned.</summary>
    None,

    /// <summary>It was reset before all bytes were there.</summary>
    Reset,

    /// <summary>It ended in order before all bytes were there.</summary>
    CutShort,

    /// <summary>The relay answered with a status line of its own.</summary>
    Refused,

    /// <summary>Other bytes came than were sent.</summary>
    WrongBytes,

    /// <summary>More bytes came than were sent.</summary>
    TooManyBytes,

    /// <summary>Nothing happened for a long time.</summary>
    TimedOut,

    /// <summary>The target never got the connection.</summary>
    NeverCame,
}
