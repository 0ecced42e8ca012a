namespace Foolscap.Relay.Hosting;

/// <summary>One key of a configuration, as its reference describes it.</summary>
/// <param name="Name">The key within its section, such as <c>Limits:MaxStreams</c>.</param>
/// <param name="Type">The kind of its value: duration, size, number, ...</param>
/// <param name="Default">What counts if it is not given.</param>
/// <param name="Allowed">What may stand there.</param>
/// <param name="Meaning">What it does, in one sentence.</param>
/// <param name="AppliesLive">Whether a change takes effect without a restart.</param>
/// <param name="IsSecret">Whether its value is a secret, which is never shown or logged.</param>
public sealed record ConfigurationKey(
    string Name, string Type, string Default, string Allowed, string Meaning, bool AppliesLive, bool IsSecret);
