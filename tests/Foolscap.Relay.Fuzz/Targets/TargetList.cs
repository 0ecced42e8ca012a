using Foolscap.Relay.Fuzz.Engine;

namespace Foolscap.Relay.Fuzz.Targets;

/// <summary>All targets, by name.</summary>
internal static class TargetList
{
    public static IReadOnlyDictionary<string, Func<FuzzTarget>> All { get; } = new Dictionary<string, Func<FuzzTarget>>(StringComparer.Ordinal)
    {
        ["furl"] = () => new FurlTarget(),
        ["banana"] = () => new BananaTarget(),
        ["request"] = () => new RequestTarget(),
        ["negotiation"] = () => new NegotiationTarget(),
        ["connection"] = () => new ConnectionTarget(),
        ["registrar"] = () => new RegistrarTarget(),
        ["accept"] = () => new AcceptTarget(),
        ["stream"] = () => new StreamTarget(),
    };
}
