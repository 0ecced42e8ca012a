namespace Foolscap.Tubs.Negotiation;

/// <summary>A request that is answered with an error status.</summary>
internal sealed class RefusedRequestException(int status, string reason) : Exception(reason)
{
    public int Status { get; } = status;
}
