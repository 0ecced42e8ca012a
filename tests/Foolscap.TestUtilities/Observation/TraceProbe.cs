using System.Collections.Concurrent;
using System.Diagnostics;

namespace Foolscap.TestUtilities.Observation;

/// <summary>Hears what one source traces, in the whole process. Thread-safe.</summary>
public sealed class TraceProbe : IDisposable
{
    private readonly ConcurrentQueue<Activity> _stopped = new();
    private readonly ActivityListener _listener;

    public TraceProbe(string source)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = one => one.Name == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>All that have ended, in the order of their ends.</summary>
    public IReadOnlyCollection<Activity> All => _stopped;

    /// <summary>Waits for an activity of this name that has ended.</summary>
    /// <exception cref="TimeoutException">It does not come.</exception>
    public async Task<Activity> WaitForAsync(string name)
    {
        CancellationToken limit = TestTime.Token;
        while (true)
        {
            if (_stopped.FirstOrDefault(one => one.OperationName == name) is Activity found)
            {
                return found;
            }

            await Task.Yield();
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"Still missing: {name}; there are {string.Join("; ", _stopped.Select(Describe))}.");
            }
        }
    }

    /// <summary>An activity as text: its name, its status and all its tags.</summary>
    public static string Describe(Activity activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        string tags = string.Join(',', activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"));
        return $"{activity.DisplayName} {activity.Status} {activity.StatusDescription} {tags}";
    }

    public void Dispose() => _listener.Dispose();
}
