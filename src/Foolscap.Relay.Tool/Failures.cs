using Foolscap.Relay.Tool.Terminal;

namespace Foolscap.Relay.Tool;

/// <summary>Tells the user why the program ends.</summary>
internal static class Failures
{
    /// <summary>Writes an error to stderr.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(Exception exception, ToolConsole console)
    {
        switch (exception)
        {
            case ToolException known:
                console.WriteError(known.Message, known.Advice);
                return known.ExitCode;
            case OperationCanceledException:
                console.WriteError("Interrupted.");
                return ExitCodes.Interrupted;
            case IOException or UnauthorizedAccessException:
                console.WriteError(exception.Message);
                return ExitCodes.Failed;
            default:
                console.WriteError(
                    "This is a mistake in foolscap-relay itself, not in what you did. Please report it with these lines:", exception.ToString());
                return ExitCodes.Failed;
        }
    }
}
