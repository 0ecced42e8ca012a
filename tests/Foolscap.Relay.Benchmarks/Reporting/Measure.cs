using System.Globalization;

namespace Foolscap.Relay.Benchmarks.Reporting;

/// <summary>One line of the table.</summary>
/// <param name="Key">Its name in a JSON file.</param>
/// <param name="Title">What is measured.</param>
/// <param name="Unit">In which unit.</param>
/// <param name="Decimals">How many digits behind the point make sense.</param>
internal sealed record Measure(string Key, string Title, string Unit, int Decimals = 0)
{
    public string Format(double value) => value.ToString($"N{Decimals}", CultureInfo.InvariantCulture);
}
