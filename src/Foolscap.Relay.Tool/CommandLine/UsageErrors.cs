using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Foolscap.Relay.Tool.Terminal;

namespace Foolscap.Relay.Tool.CommandLine;

/// <summary>Says on stderr what is wrong with a command line, and where the help is, without printing all of it.</summary>
internal static class UsageErrors
{
    /// <summary>How many letters a word may differ from the one that was meant.</summary>
    private const int NearEnough = 3;

    /// <summary>Reports the errors of a command line.</summary>
    /// <returns>Whether there were any.</returns>
    public static bool TryReport(ParseResult parsed, ToolConsole console)
    {
        if (parsed.Action is not ParseErrorAction)
        {
            return false;
        }

        Command command = parsed.CommandResult.Command;
        IEnumerable<string> messages = parsed.Errors.Select(error => error.Message);
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

    /// <summary>A word that may be a FURL at the wrong place is a secret.</summary>
    private static string Show(string word) => word.Contains("pb://", StringComparison.OrdinalIgnoreCase) ? "pb://(hidden)" : word;

    private static string Suggest(string word, Command command)
    {
        IEnumerable<string> known = word.StartsWith('-')
            ? command.Options.Concat(command.Parents.OfType<RootCommand>().SelectMany(root => root.Options)).Select(option => option.Name)
            : command.Subcommands.Select(one => one.Name);
        (string? Name, int Distance) nearest = known.Select(name => ((string?)name, Distance(word, name))).OrderBy(pair => pair.Item2).FirstOrDefault();
        return nearest.Name is string name && nearest.Distance <= Math.Min(NearEnough, name.Length / 2) ? $"Did you mean '{name}'?" : "";
    }

    /// <summary>The Levenshtein distance: how many letters have to be added, dropped or replaced.</summary>
    private static int Distance(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
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
