using System.Globalization;
using Spectre.Console;

namespace Foolscap.Relay.Benchmarks.Scale;

/// <summary>How one figure grows with the number of Tubs or streams, drawn in characters.</summary>
internal static class GrowthPlot
{
    /// <summary>Fits into 80 columns, also behind a margin.</summary>
    private const int Columns = 72;

    public static void Print(string title, IEnumerable<ScalePoint> points, Func<ScalePoint, double> figure)
    {
        BarChart chart = new BarChart { Width = Columns }
            .UseValueFormatter(value => value.ToString(value < 10 ? "N2" : "N0", CultureInfo.InvariantCulture));
        foreach (ScalePoint point in points)
        {
            chart.AddItem(point.Count.ToString("N0", CultureInfo.InvariantCulture), figure(point));
        }

        using StringWriter text = new();
        IAnsiConsole plain = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        plain.Profile.Width = Columns;
        plain.Write(chart);
        Console.WriteLine(title);
        foreach (string line in text.ToString().TrimEnd().Split('\n'))
        {
            Console.WriteLine(line.TrimEnd());
        }

        Console.WriteLine();
    }
}
