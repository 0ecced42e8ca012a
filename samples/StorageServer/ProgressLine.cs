using System.Diagnostics;

namespace StorageServer;

/// <summary>One line on the terminal that tells how far it is; in a file or pipe only the last state.</summary>
internal sealed class ProgressLine(string verb) : IProgress<(long Done, long All)>
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _next;

    public void Report((long Done, long All) value)
    {
        bool isOver = value.Done == value.All;
        if (!isOver && (Console.IsErrorRedirected || _watch.Elapsed < _next))
        {
            return;
        }

        _next = _watch.Elapsed + Interval;
        double percent = value.All == 0 ? 100 : 100.0 * value.Done / value.All;
        double rate = value.Done / 1e6 / Math.Max(_watch.Elapsed.TotalSeconds, 0.001);
        string line = string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{verb} {value.Done:N0} of {value.All:N0} bytes ({percent:0} %), {rate:0.0} MB/s");
        Console.Error.Write(Console.IsErrorRedirected ? $"{line}\n" : isOver ? $"\r{line}  \n" : $"\r{line}  ");
    }
}
