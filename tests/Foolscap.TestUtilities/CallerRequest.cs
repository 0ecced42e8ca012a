using System.Text;
using Foolscap.Furls;

namespace Foolscap.TestUtilities;

/// <summary>The request with which a Foolscap client names the Tub that it wants.</summary>
public static class CallerRequest
{
    /// <summary>The request for a Tub. Its length is the same for all Tubs.</summary>
    public static byte[] Make(TubId tubId) =>
        Encoding.ASCII.GetBytes($"GET /id/{tubId} HTTP/1.1\r\nHost: localhost\r\nUpgrade: TLS/1.0\r\nConnection: Upgrade\r\n\r\n");
}
