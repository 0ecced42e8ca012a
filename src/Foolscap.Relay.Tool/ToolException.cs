namespace Foolscap.Relay.Tool;

/// <summary>Ends the program with an error that its user can do something about.</summary>
internal sealed class ToolException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What was wrong, with the value that was.</param>
    /// <param name="advice">What to do about it; nothing if the message says it.</param>
    /// <param name="exitCode">The program's exit code.</param>
    public ToolException(string message, string? advice = null, int exitCode = ExitCodes.Failed)
        : base(message)
    {
        Advice = advice;
        ExitCode = exitCode;
    }

    public string? Advice { get; }

    public int ExitCode { get; }
}
