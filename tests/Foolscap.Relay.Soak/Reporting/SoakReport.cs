using System.Diagnostics;
using System.Globalization;
using Foolscap.Relay.Soak.Processes;
using Foolscap.TestUtilities.Processes;

namespace Foolscap.Relay.Soak.Reporting;

/// <summary>What is printed: a line now and then, and the table at the end. Not thread-safe.</summary>
internal sealed class SoakReport(SoakCounters counters, IReadOnlyList<ProcessWatch> watches)
{
    private static readonly Moment[] Moments = Enum.GetValues<Moment>();

    private readonly Stopwatch _elapsed = Stopwatch.StartNew();

    /// <summary>Since the report has begun.</summary>
    public TimeSpan Elapsed => _elapsed.Elapsed;

    /// <summary>Prints how it stands.</summary>
    public void PrintLine() => Print(
        $@"{_elapsed.Elapsed:hh\:mm\:ss}  connections {counters.Connections}  transfers {counters.Transfers}  bytes {counters.Bytes / 1e6:0.0} MB  errors {counters.Errors}"
        + $" | {string.Join(" | ", watches.Select(watch => $"{watch.Name} {watch.Latest}"))}");

    /// <summary>Prints what happened, the table of figures, and the verdict.</summary>
    /// <returns>Whether all is well.</returns>
    public bool PrintEnd(IReadOnlyList<string> faults)
    {
        Print($"\nwhat happened, in {_elapsed.Elapsed.TotalSeconds:0} s:");
        Print($"  {counters.Connections,10} connections\n  {counters.Transfers,10} transfers of {counters.Bytes / 1e6:0.0} MB");
        foreach ((string kind, long count) in counters.Events)
        {
            Print($"  {count,10} {kind}");
        }

        Print($"\nerrors: {counters.Errors}");
        foreach (SoakCounters.ErrorKind error in counters.ErrorKinds)
        {
            Print($"  {error.Count,10} {error.Kind}; the first: {error.First}");
        }

        PrintTable("RSS, MB", figures => $"{figures.Rss / 1e6:0.0}");
        PrintTable("own memory, MB", figures => $"{figures.Own / 1e6:0.0}");
        PrintTable("handles", figures => $"{figures.Handles}");
        PrintTable("threads", figures => $"{figures.Threads}");
        Print(faults.Count == 0 ? "\nverdict: good" : $"\nverdict: bad\n  {string.Join("\n  ", faults)}");
        return faults.Count == 0;
    }

    private void PrintTable(string title, Func<ProcessFigures, FormattableString> format)
    {
        Print($"\n{title,-16}{string.Concat(Moments.Select(moment => $"{moment,10}"))}");
        foreach (ProcessWatch watch in watches)
        {
            Print($"{watch.Name,-16}{string.Concat(Moments.Select(moment => $"{Format(watch.At(moment)),10}"))}{(watch.IsJudged ? "" : "  (not judged)")}");
        }

        string Format(ProcessFigures? figures) => figures is ProcessFigures known ? FormattableString.Invariant(format(known)) : "-";
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static void Print(string line) => Console.WriteLine(line);
}
