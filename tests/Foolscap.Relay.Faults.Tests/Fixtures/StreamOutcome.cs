namespace Foolscap.Relay.Faults.Tests.Fixtures;

/// <summary>How a socket learned that its stream is over.</summary>
internal enum StreamOutcome
{
    /// <summary>By the end of the stream (FIN).</summary>
    Ended,

    /// <summary>By a reset (RST).</summary>
    Reset,
}
