using System.Net;

namespace Foolscap.Relay.Server.Interception;

/// <summary>A caller's address as text, <c>host:port</c> or <c>[host]:port</c>, for the Tub that is called.</summary>
internal static class PeerAddress
{
    public static string Format(EndPoint? endPoint) => endPoint switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port).ToString(),
        null => "unknown:0",
        _ => endPoint.ToString() ?? "unknown:0",
    };
}
