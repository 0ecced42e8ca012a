namespace Foolscap.Relay.Soak;

/// <summary>What the command line says.</summary>
/// <param name="Minutes">How long to churn.</param>
/// <param name="Interval">How often to report.</param>
/// <param name="Seed">Where chance begins.</param>
/// <param name="Connections">How many connections to make instead of churning, if that was given.</param>
/// <param name="RelayAssembly">The built RelayHost.</param>
/// <param name="AttachAssembly">The built AttachTub.</param>
/// <param name="RelayArguments">What else the relay is told.</param>
internal sealed record SoakOptions(
    double Minutes, TimeSpan Interval, int Seed, int? Connections, string RelayAssembly, string AttachAssembly, IReadOnlyList<string> RelayArguments);
