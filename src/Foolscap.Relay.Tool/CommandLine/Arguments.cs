using System.CommandLine;
using System.CommandLine.Parsing;
using Foolscap.Furls;

namespace Foolscap.Relay.Tool.CommandLine;

/// <summary>Arguments and options that several commands have, and how their texts are read. An error never shows a FURL.</summary>
internal static class Arguments
{
    /// <summary>In place of a FURL: it comes from stdin, and stands in no list of processes.</summary>
    public const string Stdin = "-";

    /// <summary>A FURL, given as such or on stdin.</summary>
    public static Argument<Furl> Furl(string description) => new("FURL")
    {
        Description = $"{description} Put it in quotes. '-' reads it from stdin, so that it shows in no list of processes.",
        CustomParser = result => Read(result, ReadFurl),
    };

    /// <summary>Reads a text with what may throw a <see cref="FormatException"/>; says which argument was wrong.</summary>
    public static T? Read<T>(ArgumentResult result, Func<string, T> read)
    {
        try
        {
            return read(result.Tokens[^1].Value);
        }
        catch (FormatException exception)
        {
            result.AddError($"{NameOf(result)} is wrong. {exception.Message}");
            return default;
        }
    }

    /// <summary>Reads each of several texts.</summary>
    public static T[] ReadAll<T>(ArgumentResult result, Func<string, T> read)
    {
        List<T> all = [];
        foreach (Token token in result.Tokens)
        {
            try
            {
                all.Add(read(token.Value));
            }
            catch (FormatException exception)
            {
                result.AddError($"{NameOf(result)} is wrong. {exception.Message}");
            }
        }

        return [.. all];
    }

    /// <summary>Reads a FURL, from stdin if the text is <see cref="Stdin"/>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Furl ReadFurl(string text)
    {
        RequireNoFile(text);
        return Foolscap.Furls.Furl.Parse(ReadSecret(text));
    }

    /// <summary>Whoever gives a file's name in place of a FURL has a FURL in that file.</summary>
    /// <exception cref="FormatException">It is the name of a file.</exception>
    public static void RequireNoFile(string text)
    {
        if (text != Stdin && File.Exists(text))
        {
            throw new FormatException($"{text} is a file: to read the FURL from it, give '-', and at the end '< {text}'.");
        }
    }

    /// <summary>The text itself, or the first line of stdin that is not empty.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static string ReadSecret(string text)
    {
        if (text != Stdin)
        {
            return text;
        }

        while (Console.In.ReadLine() is string line)
        {
            if (line.Trim() is { Length: > 0 } content)
            {
                return content;
            }
        }

        throw new FormatException("stdin was to give it, and is empty.");
    }

    private static string NameOf(ArgumentResult result) =>
        result.Parent is OptionResult option ? option.Option.Name : $"<{result.Argument.Name}>";
}
