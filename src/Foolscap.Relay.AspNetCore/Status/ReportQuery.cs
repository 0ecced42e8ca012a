using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>Which of the Tubs and streams a reader wants to see, and in which order.</summary>
/// <param name="Sort">By what the Tubs are sorted.</param>
/// <param name="IsDescending">Whether the largest comes first.</param>
/// <param name="Filter">What a TubID or an address must contain; everything if empty.</param>
/// <param name="TubOffset">How many Tubs are left out at the beginning.</param>
/// <param name="TubLimit">How many Tubs there are at most.</param>
/// <param name="StreamOffset">How many streams are left out at the beginning.</param>
/// <param name="StreamLimit">How many streams there are at most.</param>
/// <param name="EventLimit">How many events there are at most.</param>
internal sealed record ReportQuery(
    TubOrder Sort, bool IsDescending, string Filter, int TubOffset, int TubLimit, int StreamOffset, int StreamLimit, int EventLimit)
{
    private const int MostItems = 1000;
    private const int LongestFilter = 100;

    public static readonly ReportQuery Default = new(TubOrder.Rate, true, "", 0, 50, 0, 50, 100);

    /// <summary>Reads the query of a request.</summary>
    /// <param name="query">The request's query; other keys in it do not matter.</param>
    /// <param name="problem">What is wrong with it, for whoever has sent it.</param>
    public static ReportQuery? TryParse(IQueryCollection query, out string? problem)
    {
        List<string> problems = [];
        ReportQuery result = new(
            ReadOrder(query, problems),
            ReadDirection(query, problems),
            ReadFilter(query, problems),
            ReadNumber(query, "offset", 0, int.MaxValue, Default.TubOffset, problems),
            ReadNumber(query, "limit", 0, MostItems, Default.TubLimit, problems),
            ReadNumber(query, "streamOffset", 0, int.MaxValue, Default.StreamOffset, problems),
            ReadNumber(query, "streamLimit", 0, MostItems, Default.StreamLimit, problems),
            ReadNumber(query, "eventLimit", 0, 2 * EventFeed.Capacity, Default.EventLimit, problems));
        problem = problems.Count == 0 ? null : string.Join("; ", problems);
        return problem is null ? result : null;
    }

    private static TubOrder ReadOrder(IQueryCollection query, List<string> problems)
    {
        string? text = query["sort"];
        if (string.IsNullOrEmpty(text))
        {
            return Default.Sort;
        }

        // Letters alone: .NET also takes numbers, and several names with commas.
        if (text.All(char.IsAsciiLetter) && Enum.TryParse(text, ignoreCase: true, out TubOrder order))
        {
            return order;
        }

        problems.Add($"sort must be one of {string.Join(", ", Enum.GetNames<TubOrder>()).ToLowerInvariant()}");
        return Default.Sort;
    }

    private static bool ReadDirection(IQueryCollection query, List<string> problems)
    {
        switch ((string?)query["order"])
        {
            case null or "" or "desc":
                return true;
            case "asc":
                return false;
            default:
                problems.Add("order must be asc or desc");
                return true;
        }
    }

    private static string ReadFilter(IQueryCollection query, List<string> problems)
    {
        string text = ((string?)query["filter"] ?? "").Trim();
        if (text.Length > LongestFilter)
        {
            problems.Add($"filter must have {LongestFilter} characters at most");
        }

        return text;
    }

    private static int ReadNumber(IQueryCollection query, string name, int least, int most, int otherwise, List<string> problems)
    {
        string? text = query[name];
        if (string.IsNullOrEmpty(text))
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most)
        {
            return value;
        }

        problems.Add(string.Create(CultureInfo.InvariantCulture, $"{name} must be a number of {least} to {most}"));
        return otherwise;
    }
}

/// <summary>By what Tubs are sorted.</summary>
internal enum TubOrder
{
    Rate,
    TubId,
    Address,
    Since,
    LastSeen,
    Streams,
    ToTub,
    FromTub,
}
