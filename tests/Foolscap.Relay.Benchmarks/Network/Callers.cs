using Foolscap.Furls;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Benchmarks.Network;

/// <summary>What all callers send first.</summary>
internal static class Callers
{
    /// <summary>A request that names nobody; all requests have its length.</summary>
    public static byte[] AnyRequest { get; } = CallerRequest.Make(TubId.Parse(new string('a', TubId.Length)));
}
