using System.Globalization;

namespace Foolscap.Relay.Tool.Terminal;

/// <summary>Times as people write them: <c>20 ms</c>, <c>1.1 s</c>, <c>30 s</c>, <c>2 min 30 s</c>, <c>1 d</c>.</summary>
internal static class HumanDuration
{
    /// <summary>From so many of the larger unit on the smaller one does not matter.</summary>
    private const int MostWithRest = 10;

    /// <summary>Writes a time; not negative.</summary>
    public static string Format(TimeSpan time) => time switch
    {
        { TotalMilliseconds: < 0.05 } => "0 s",
        { TotalMilliseconds: < 9.95 } => Number(time.TotalMilliseconds, "0.#", "ms"),
        { TotalMilliseconds: < 999.5 } => Number(time.TotalMilliseconds, "0", "ms"),
        { TotalSeconds: < 9.95 } => Number(time.TotalSeconds, "0.#", "s"),
        { TotalSeconds: < 59.5 } => Number(time.TotalSeconds, "0", "s"),
        { TotalMinutes: < 59.5 } => Two(time.TotalSeconds, 60, "min", "s"),
        { TotalHours: < 23.5 } => Two(time.TotalMinutes, 60, "h", "min"),
        _ => Two(time.TotalHours, 24, "d", "h"),
    };

    /// <summary>Two units, or the larger one alone.</summary>
    private static string Two(double smaller, int ratio, string largeUnit, string smallUnit)
    {
        if (smaller >= MostWithRest * ratio)
        {
            return Number(smaller / ratio, "0", largeUnit);
        }

        (long large, long rest) = Math.DivRem((long)Math.Round(smaller), ratio);
        return rest == 0 ? Number(large, "0", largeUnit) : $"{Number(large, "0", largeUnit)} {Number(rest, "0", smallUnit)}";
    }

    private static string Number(double value, string format, string unit) => $"{value.ToString(format, CultureInfo.InvariantCulture)} {unit}";
}
