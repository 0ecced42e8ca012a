using System.Globalization;
using System.Text.RegularExpressions;

namespace Foolscap.Relay.AspNetCore.Tests.Support;

/// <summary>Reads Prometheus's text format 0.0.4, and nothing that only resembles it.</summary>
internal sealed partial class PrometheusText
{
    private readonly Dictionary<string, double> _samples = [];
    private readonly Dictionary<string, string> _types = [];

    private PrometheusText()
    {
    }

    /// <summary>The values by name and labels, as they are written.</summary>
    public IReadOnlyDictionary<string, double> Samples => _samples;

    /// <summary>The types by name.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    /// <exception cref="FormatException">It is another format.</exception>
    public static PrometheusText Parse(string text)
    {
        if (!text.EndsWith('\n'))
        {
            throw new FormatException("The last line does not end.");
        }

        PrometheusText result = new();
        string family = "";
        HashSet<string> helped = [];
        foreach (string line in text[..^1].Split('\n'))
        {
            if (HelpLine.Match(line) is { Success: true } help)
            {
                Require(helped.Add(help.Groups[1].Value) && !result._types.ContainsKey(help.Groups[1].Value), "A metric has two HELP lines, or one after its TYPE", line);
            }
            else if (TypeLine.Match(line) is { Success: true } type)
            {
                family = type.Groups[1].Value;
                Require(result._types.TryAdd(family, type.Groups[2].Value), "A metric has two TYPE lines", line);
            }
            else
            {
                result.AddSample(line, family);
            }
        }

        result.CheckHistograms();
        return result;
    }

    private static void Require(bool condition, string what, string line)
    {
        if (!condition)
        {
            throw new FormatException($"{what}: {line}");
        }
    }

    private void AddSample(string line, string family)
    {
        Match sample = SampleLine.Match(line);
        Require(sample.Success, "This is no sample", line);
        string name = sample.Groups[1].Value;
        string type = _types.GetValueOrDefault(family, "none");
        bool isOfFamily = type == "histogram"
            ? name == $"{family}_bucket" || name == $"{family}_sum" || name == $"{family}_count"
            : name == family;
        Require(isOfFamily, "A sample does not belong to the metric before it", line);
        Require(type != "counter" || name.EndsWith("_total", StringComparison.Ordinal), "A counter does not end in _total", line);
        string value = sample.Groups[3].Value;
        double number = value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        Require(_samples.TryAdd(name + sample.Groups[2].Value, number), "A sample is there twice", line);
    }

    private void CheckHistograms()
    {
        foreach (string family in _types.Where(pair => pair.Value == "histogram").Select(pair => pair.Key))
        {
            foreach ((string key, double count) in _samples.Where(pair => pair.Key == $"{family}_count" || pair.Key.StartsWith($"{family}_count{{", StringComparison.Ordinal)))
            {
                string labels = key[$"{family}_count".Length..].Trim('{', '}');
                string before = $"{family}_bucket{{{(labels.Length > 0 ? $"{labels}," : "")}le=\"";
                double[] buckets = [.. _samples.Where(pair => pair.Key.StartsWith(before, StringComparison.Ordinal)).Select(pair => pair.Value)];
                Require(buckets.SequenceEqual(buckets.Order()), "The buckets do not add up", key);
                Require(_samples[$"{before}+Inf\"}}"] == count, "The last bucket is not the count", key);
            }
        }
    }

    [GeneratedRegex(@"^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\\n]|\\\\|\\n)*$")]
    private static partial Regex HelpLine { get; }

    [GeneratedRegex("^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)$")]
    private static partial Regex TypeLine { get; }

    [GeneratedRegex(@"^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*=""(?:[^""\\\n]|\\[\\""n])*""(?:,[a-zA-Z_][a-zA-Z0-9_]*=""(?:[^""\\\n]|\\[\\""n])*"")*\})? (NaN|[+-]Inf|[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)$")]
    private static partial Regex SampleLine { get; }
}
