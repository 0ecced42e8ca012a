using Foolscap.TestUtilities.Processes;

namespace Foolscap.Relay.Soak.Processes;

/// <summary>The figures of one process over time. Not thread-safe.</summary>
/// <param name="name">For the reports.</param>
/// <param name="getProcessId">Its id, which is another one after a restart.</param>
/// <param name="isJudged">Whether growth is a fault: not for a process that starts anew all the time.</param>
internal sealed class ProcessWatch(string name, Func<int> getProcessId, bool isJudged)
{
    /// <summary>So many samples make a figure: one that is taken in a burst says little.</summary>
    private const int Samples = 5;

    private readonly Queue<ProcessFigures> _recent = new();
    private readonly Dictionary<Moment, ProcessFigures> _marked = [];

    public string Name => name;

    public bool IsJudged => isJudged;

    public ProcessFigures Latest { get; private set; }

    /// <summary>Takes a sample.</summary>
    public void Sample()
    {
        if (ProcessFigures.TryRead(getProcessId()) is ProcessFigures figures)
        {
            Latest = figures;
            _recent.Enqueue(figures);
            if (_recent.Count > Samples)
            {
                _recent.Dequeue();
            }
        }
    }

    /// <summary>Keeps the medians of the last samples for the table.</summary>
    public void Mark(Moment moment)
    {
        if (_recent.Count > 0)
        {
            _marked[moment] = new ProcessFigures(
                Median(figures => figures.Rss), Median(figures => figures.Own), (int)Median(figures => figures.Handles), (int)Median(figures => figures.Threads));
        }
    }

    /// <summary>Keeps the figures of this very moment for the table.</summary>
    public void MarkNow(Moment moment)
    {
        _recent.Clear();
        Sample();
        Mark(moment);
    }

    public ProcessFigures? At(Moment moment) => _marked.TryGetValue(moment, out ProcessFigures figures) ? figures : null;

    private long Median(Func<ProcessFigures, long> get) => _recent.Select(get).Order().ElementAt(_recent.Count / 2);
}
