using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Foolscap.Relay.Hosting.Configuration;
using Foolscap.Relay.Tool.Terminal;

namespace Foolscap.Relay.Tool.CommandLine;

/// <summary>Says on stderr what is wrong with a command line, and where the help is, without printing all of it.</summary>
internal static class UsageErrors
{
    /// <summary>Reports the errors of a command line.</summary>
    /// <returns>Whether there were any.</returns>
    public static bool TryReport(ParseResult parsed, ToolConsole console)
    {
        if (parsed.Action is not ParseErrorAction)
        {
            return false;
        }

        Command command = parsed.CommandResult.Command;
        IEnumerable<string> messages = parsed.Errors.Select(Describe);
        if (parsed.UnmatchedTokens is [string first, ..])
        {
            // What follows an unknown word is most often its value: one complaint is enough.
            string what = first.StartsWith('-') ? "There is no option" : command.Subcommands.Count > 0 ? "There is no command" : "There is one argument too many:";
            messages = [$"{what} '{Show(first)}'. {Suggest(first, command)}".TrimEnd()];
        }
        else if (command.Subcommands.Count > 0 && command.Arguments.Count == 0)
        {
            messages = [$"A command is missing: one of {string.Join(", ", command.Subcommands.Where(one => !one.Hidden).Select(one => one.Name))}."];
        }

        foreach (string message in messages.Distinct())
        {
            console.WriteError(message);
        }

        string path = string.Join(' ', Path(parsed.CommandResult));
        console.Error.WriteLine($"Try '{path} --help'.");
        return true;
    }

    /// <summary>What the library says of arguments that are missing is not how the help names them.</summary>
    private static string Describe(ParseError error) => error.SymbolResult is ArgumentResult { Tokens.Count: 0, Parent: CommandResult } missing
        ? $"<{missing.Argument.Name}> is missing."
        : error.Message;

    /// <summary>A word that may be a FURL at the wrong place is a secret.</summary>
    private static string Show(string word) => word.Contains("pb://", StringComparison.OrdinalIgnoreCase) ? "pb://(hidden)" : word;

    private static string Suggest(string word, Command command)
    {
        IEnumerable<string> known = word.StartsWith('-')
            ? command.Options.Concat(command.Parents.OfType<RootCommand>().SelectMany(root => root.Options)).Select(option => option.Name)
            : command.Subcommands.Select(one => one.Name);
        return Words.FindNearest(word, known) is string name ? $"Did you mean '{name}'?" : "";
    }

    private static Stack<string> Path(CommandResult result)
    {
        Stack<string> names = new();
        for (SymbolResult? one = result; one is CommandResult command; one = one.Parent)
        {
            names.Push(command.Command is RootCommand ? "foolscap-relay" : command.Command.Name);
        }

        return names;
    }
}
