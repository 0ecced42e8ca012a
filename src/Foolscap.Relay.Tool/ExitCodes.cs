namespace Foolscap.Relay.Tool;

/// <summary>What the program's exit code tells a script. The numbers are part of what the documentation promises.</summary>
internal static class ExitCodes
{
    /// <summary>It worked; also: a relay or client was told to stop, and has stopped in order.</summary>
    public const int Done = 0;

    /// <summary>It did not work; the reason stands on stderr.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The configuration is wrong: every fault stands on stderr.</summary>
    public const int Configuration = 3;

    /// <summary>Some of it worked, and some did not.</summary>
    public const int Partly = 4;

    /// <summary>It was interrupted by Ctrl+C before it knew, or told a second time to stop before it had stopped in order.</summary>
    public const int Interrupted = 130;
}
