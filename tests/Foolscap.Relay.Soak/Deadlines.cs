namespace Foolscap.Relay.Soak;

/// <summary>After which times something counts as hanging. All are far longer than it takes on a busy machine.</summary>
internal static class Deadlines
{
    /// <summary>One relayed connection, or one visit of a Tub.</summary>
    public static readonly TimeSpan Stream = TimeSpan.FromSeconds(60);

    /// <summary>The relay's timeout for a request is 30 s.</summary>
    public static readonly TimeSpan SilentCaller = TimeSpan.FromSeconds(60);

    /// <summary>Until handles are closed when nothing goes on any more.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(60);
}
