namespace Foolscap.Relay.Interop.Tests.Peers;

/// <summary>Which implementation plays a role.</summary>
public enum Language
{
    CSharp,
    Python,
}
