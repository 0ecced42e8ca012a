namespace Foolscap.Tubs.Negotiation;

/// <summary>Whether a header block has arrived.</summary>
internal enum BlockStatus
{
    Incomplete,
    Complete,
    TooLong,
}
