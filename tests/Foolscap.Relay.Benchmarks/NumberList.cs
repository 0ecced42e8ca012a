using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Foolscap.Relay.Benchmarks;

/// <summary>Options whose value is a list of numbers, such as 0,50,150.</summary>
internal static class NumberList
{
    /// <summary>Makes an option; the list that it gives is sorted.</summary>
    public static Option<int[]> Create(string name, string description, int largest, params int[] defaults)
    {
        Option<int[]> option = new(name) { Description = description, DefaultValueFactory = _ => defaults };
        option.CustomParser = result => Read(result, largest);
        return option;
    }

    private static int[]? Read(ArgumentResult result, int largest)
    {
        List<int> numbers = [];
        foreach (string word in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number > largest)
            {
                result.AddError($"'{word}' is no number up to {largest}.");
                return null;
            }

            numbers.Add(number);
        }

        return [.. numbers.Order()];
    }
}
