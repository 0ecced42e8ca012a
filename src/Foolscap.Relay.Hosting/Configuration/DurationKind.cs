using System.Globalization;

namespace Foolscap.Relay.Hosting.Configuration;

/// <summary>
/// A time: 30s, 5m, 00:00:30, 250ms. A number alone is refused, since what .NET takes it for, days, is hardly ever meant.
/// </summary>
internal sealed class DurationKind(TimeSpan min, bool mayBeOff = false) : ValueKind<TimeSpan>("duration", Describe(min, mayBeOff))
{
    /// <summary>More than this no timer takes.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
    ];

    public override string? Read(string text, out TimeSpan value)
    {
        if (mayBeOff && Words.IsOff(text))
        {
            value = Timeout.InfiniteTimeSpan;
            return null;
        }

        if (text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value))
        {
            return null;
        }

        foreach ((string unit, TimeSpan length) in Units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase) && ReadNumber(text[..^unit.Length]) is double count)
            {
                value = length * count;
                return null;
            }
        }

        value = default;
        return ReadNumber(text) is null
            ? "is no duration: 30s, 5m, 2h, 250ms or 00:00:30"
            : $"has no unit: {text}s are seconds, {text}m minutes, {text}ms milliseconds";
    }

    public override string? Check(TimeSpan value)
    {
        bool isRight = (mayBeOff && value == Timeout.InfiniteTimeSpan) || (value >= min && value <= Longest);
        return isRight ? null : "is out of range";
    }

    public override string Format(TimeSpan value) => value == Timeout.InfiniteTimeSpan ? Words.Off : FormatFinite(value);

    private static string FormatFinite(TimeSpan value)
    {
        (double count, string unit) = value switch
        {
            _ when value == TimeSpan.Zero => (0, "s"),
            _ when value < TimeSpan.FromSeconds(1) => (value.TotalMilliseconds, "ms"),
            _ when value.Ticks % TimeSpan.TicksPerDay == 0 => (value.TotalDays, "d"),
            _ when value.Ticks % TimeSpan.TicksPerHour == 0 => (value.TotalHours, "h"),
            _ when value.Ticks % TimeSpan.TicksPerMinute == 0 => (value.TotalMinutes, "m"),
            _ => (value.TotalSeconds, "s"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
    }

    // So few that no product overflows.
    private static double? ReadNumber(string text) =>
        double.TryParse(text.TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value < 1e7
            ? value
            : null;

    private static string Describe(TimeSpan min, bool mayBeOff) =>
        $"{(mayBeOff ? "\"off\", or " : "")}{FormatFinite(min)} to {FormatFinite(Longest)}";
}
