namespace Foolscap.Relay.Fuzz.Engine;

/// <summary>How long to search, and where.</summary>
internal sealed record FuzzOptions
{
    /// <summary>The same seed with the same corpus gives the same inputs.</summary>
    public required ulong Seed { get; init; }

    /// <summary>For all targets together, in equal shares; no limit if not given.</summary>
    public TimeSpan? Time { get; init; }

    /// <summary>How many inputs each target gets; no limit if not given.</summary>
    public long? Count { get; init; }

    /// <summary>Holds a folder for each target.</summary>
    public required string CorpusFolder { get; init; }

    /// <summary>An input that takes longer than this hangs. It never makes a run right, only short.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>What one target has been through.</summary>
internal sealed record FuzzResult(string Target, long Inputs, TimeSpan Time, FuzzFailure? Failure);
