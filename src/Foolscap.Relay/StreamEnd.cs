namespace Foolscap.Relay;

/// <summary>How a relayed stream ended.</summary>
/// <param name="AbortReason">Why it was aborted; <see langword="null"/> if both directions ended in order.</param>
/// <param name="OutboundBytes">How many bytes went from the local connection to the other end.</param>
/// <param name="InboundBytes">How many bytes went from the other end to the local connection.</param>
public sealed record StreamEnd(string? AbortReason, long OutboundBytes, long InboundBytes)
{
    /// <summary>Whether it was aborted.</summary>
    public bool IsAborted => AbortReason is not null;
}
