using System.Text;

namespace Foolscap.Relay.AspNetCore.Metrics;

/// <summary>Names and texts of Prometheus, by the rules by which OpenTelemetry's names become Prometheus's.</summary>
internal static class PrometheusNames
{
    /// <summary>Makes the name of a metric: dots become underscores, the unit is written out, a counter ends in <c>_total</c>.</summary>
    /// <param name="name">The instrument's name.</param>
    /// <param name="unit">Its unit, in UCUM.</param>
    /// <param name="kind">What it measures.</param>
    public static string OfMetric(string name, string? unit, MetricKind kind)
    {
        StringBuilder result = new(Sanitize(name, isMetric: true));
        string suffix = UnitName(unit, kind);
        if (suffix.Length > 0 && !EndsWith(result, suffix))
        {
            result.Append('_').Append(suffix);
        }

        if (kind == MetricKind.Counter && !EndsWith(result, "total"))
        {
            result.Append("_total");
        }

        return result.ToString();
    }

    /// <summary>Makes the name of a label.</summary>
    public static string OfLabel(string name) => Sanitize(name, isMetric: false);

    /// <summary>Writes a label's value between its quotes.</summary>
    public static string EscapeLabel(string value) => EscapeHelp(value).Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>Writes a help text.</summary>
    public static string EscapeHelp(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    private static bool EndsWith(StringBuilder name, string suffix) => name.ToString().EndsWith($"_{suffix}", StringComparison.Ordinal);

    private static string Sanitize(string name, bool isMetric)
    {
        StringBuilder result = new(name.Length + 1);
        foreach (char character in name)
        {
            bool isAllowed = char.IsAsciiLetterOrDigit(character) || character == '_' || (isMetric && character == ':');
            if (isAllowed)
            {
                result.Append(character);
            }
            else if (result.Length == 0 || result[^1] != '_')
            {
                result.Append('_'); // One for a row of them.
            }
        }

        if (result.Length == 0 || char.IsAsciiDigit(result[0]))
        {
            result.Insert(0, '_');
        }

        return result.ToString();
    }

    private static string UnitName(string? unit, MetricKind kind)
    {
        // {stream} is only said for the reader.
        string plain = unit ?? "";
        if (plain.IndexOf('{', StringComparison.Ordinal) is >= 0 and int brace)
        {
            plain = plain[..brace];
        }

        return plain switch
        {
            "" => "",
            "1" => kind == MetricKind.Gauge ? "ratio" : "",
            _ when plain.Split('/') is [string of, string per] => $"{Plural(of)}_per_{Singular(per)}".TrimStart('_'),
            _ => Plural(plain),
        };
    }

    private static string Plural(string unit) => unit switch
    {
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "%" => "percent",
        _ => Sanitize(unit, isMetric: false).Trim('_'),
    };

    private static string Singular(string unit) => Plural(unit) is string plural && plural != unit ? plural.TrimEnd('s') : unit;
}

/// <summary>What a metric measures.</summary>
internal enum MetricKind
{
    /// <summary>What only grows.</summary>
    Counter,

    /// <summary>What goes up and down.</summary>
    Gauge,

    /// <summary>How values spread.</summary>
    Histogram,
}
