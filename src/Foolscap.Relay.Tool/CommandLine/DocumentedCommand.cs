using System.CommandLine;

namespace Foolscap.Relay.Tool.CommandLine;

/// <summary>A command whose help shows examples, and what its exit code means.</summary>
internal sealed class DocumentedCommand(string name, string description) : Command(name, description)
{
    /// <summary>Each with a line that says what it does.</summary>
    public IReadOnlyList<(string Does, string Line)> Examples { get; init; } = [];

    /// <summary>The codes besides 0, 1 and 2, or those for which there is more to say.</summary>
    public IReadOnlyList<(int Code, string Means)> ExitCodes { get; init; } = [];

    /// <summary>More that a user should know, in lines.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
