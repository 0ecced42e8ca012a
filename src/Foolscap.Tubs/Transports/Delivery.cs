namespace Foolscap.Tubs.Transports;

/// <summary>How much of what was sent the other end's host has.</summary>
/// <param name="AcknowledgedBytes">So many bytes it has acknowledged; the end of the direction, and its beginning, may count as one.</param>
/// <param name="IsComplete">Whether that is all that the transport has taken.</param>
internal readonly record struct Delivery(long AcknowledgedBytes, bool IsComplete);
