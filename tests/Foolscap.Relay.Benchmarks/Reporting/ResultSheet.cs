using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Foolscap.Relay.Benchmarks.Reporting;

/// <summary>
/// What was measured, round by round; the table shows medians, beside those of the first path, and the ratio to it. Not
/// thread-safe.
/// </summary>
/// <param name="paths">The names of the paths; the first is what the others are compared with.</param>
internal sealed class ResultSheet(IReadOnlyList<string> paths)
{
    private readonly List<Measure> _measures = [];
    private readonly Dictionary<(Measure Measure, string Path), List<double>> _samples = [];

    /// <summary>Adds the result of one round.</summary>
    public void Add(Measure measure, string path, double value)
    {
        if (!_measures.Contains(measure))
        {
            _measures.Add(measure);
        }

        if (!_samples.TryGetValue((measure, path), out List<double>? samples))
        {
            _samples[(measure, path)] = samples = [];
        }

        samples.Add(value);
    }

    public void Print()
    {
        TextTable table = new(["", "unit", paths[0], .. paths.Skip(1).SelectMany(path => (string[])[path, "ratio"])]);
        foreach (Measure measure in _measures)
        {
            table.Add([measure.Title, measure.Unit, FormatMedian(measure, paths[0]), .. paths.Skip(1).SelectMany(path => FormatBeside(measure, path))]);
        }

        table.Print();
    }

    /// <summary>All values of all rounds, with medians and ratios.</summary>
    public void WriteJson(string file)
    {
        JsonArray results = [];
        foreach ((Measure measure, string path) in _measures.SelectMany(measure => paths, (measure, path) => (measure, path)))
        {
            if (_samples.TryGetValue((measure, path), out List<double>? samples))
            {
                results.Add(new JsonObject
                {
                    ["measure"] = measure.Key,
                    ["unit"] = measure.Unit,
                    ["path"] = path,
                    ["median"] = GetMedian(measure, path),
                    ["ratio"] = GetRatio(measure, path),
                    ["rounds"] = new JsonArray([.. samples.Select(sample => JsonValue.Create(sample))]),
                });
            }
        }

        File.WriteAllText(file, results.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private string[] FormatBeside(Measure measure, string path) =>
        [FormatMedian(measure, path), GetRatio(measure, path)?.ToString("0.00", CultureInfo.InvariantCulture) ?? "-"];

    private string FormatMedian(Measure measure, string path) => GetMedian(measure, path) is double median ? measure.Format(median) : "-";

    private double? GetRatio(Measure measure, string path) => GetMedian(measure, path) / GetMedian(measure, paths[0]);

    private double? GetMedian(Measure measure, string path) =>
        _samples.TryGetValue((measure, path), out List<double>? samples) ? samples.Order().ElementAt(samples.Count / 2) : null;
}
