namespace Foolscap.Relay.Fuzz.Engine;

/// <summary>Which rule an input has broken.</summary>
internal enum FailureKind
{
    /// <summary>An exception that is not documented, or a wrong result.</summary>
    Fault,

    /// <summary>The input was not done with within the deadline.</summary>
    Hang,

    /// <summary>More was allocated than the limits allow.</summary>
    Allocation,

    /// <summary>Somebody else's connection has noticed.</summary>
    Canary,
}

/// <summary>A finding.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Kind">The broken rule.</param>
/// <param name="Seed">The seed of the run.</param>
/// <param name="Index">Which input of the run it was.</param>
/// <param name="Input">The input, as small as it could be made.</param>
/// <param name="Message">What happened.</param>
internal sealed record FuzzFailure(string Target, FailureKind Kind, ulong Seed, long Index, byte[] Input, string Message)
{
    /// <summary>Where the input was saved.</summary>
    public string? Path { get; init; }

    /// <summary>Whether it fails on a scene of its own too, without the inputs before it.</summary>
    public bool IsReproduced { get; init; }
}

/// <summary>Thrown by a target, or by the runner, about an input that has broken a rule.</summary>
internal sealed class FuzzFailureException(FailureKind kind, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public FailureKind Kind { get; } = kind;
}
