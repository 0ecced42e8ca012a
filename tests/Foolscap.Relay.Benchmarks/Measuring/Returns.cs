using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Foolscap.Furls;
using Foolscap.Relay.Client;

namespace Foolscap.Relay.Benchmarks.Measuring;

/// <summary>When Tubs were registered last, and which of their attempts failed. Thread-safe.</summary>
internal sealed class Returns
{
    private readonly ConcurrentDictionary<TubId, (long Time, TaskCompletionSource Next)> _registered = new();
    private readonly ConcurrentQueue<(long Time, string Reason)> _failures = new();

    public void OnStatus(TubId tubId, RelayStatus status)
    {
        if (status.State == RelayState.Waiting)
        {
            _failures.Enqueue((Stopwatch.GetTimestamp(), status.Reason ?? ""));
        }
        else if (status.State == RelayState.Registered)
        {
            TaskCompletionSource? waiting = null;
            _registered.AddOrUpdate(tubId, _ => (Stopwatch.GetTimestamp(), NewSignal()), (_, last) =>
            {
                waiting = last.Next;
                return (Stopwatch.GetTimestamp(), NewSignal());
            });
            waiting?.TrySetResult();
        }
    }

    /// <summary>Waits until a Tub has been registered since a moment.</summary>
    public async Task WaitAsync(TubId tubId, long since)
    {
        while (_registered[tubId] is (long time, TaskCompletionSource next) && time < since)
        {
            await next.Task;
        }
    }

    /// <summary>What has happened since a moment; all have been registered since.</summary>
    public ReturnFigures Sum(long since)
    {
        TimeSpan[] waits = [.. _registered.Values.Select(registered => Stopwatch.GetElapsedTime(since, registered.Time)).Order()];
        string[] failures = [.. _failures.Where(failure => failure.Time >= since).Select(failure => failure.Reason)];
        string? most = failures.GroupBy(reason => reason).MaxBy(reasons => reasons.Count())?.Key;
        return new ReturnFigures(waits[waits.Length / 2], waits[waits.Length * 9 / 10], waits[^1], failures.Length, most ?? "");
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>How Tubs came back to a relay that was away.</summary>
/// <param name="Median">When half of them were registered again, since the relay listened.</param>
/// <param name="Most">When nine of ten were.</param>
/// <param name="Last">When all were.</param>
/// <param name="Failures">How many attempts failed since then.</param>
/// <param name="Reason">Why most of these did.</param>
internal sealed record ReturnFigures(TimeSpan Median, TimeSpan Most, TimeSpan Last, int Failures, string Reason)
{
    public static ReturnFigures Parse(string text)
    {
        string[] words = text.Split(' ', 5);
        return new ReturnFigures(
            TimeSpan.FromSeconds(double.Parse(words[0], CultureInfo.InvariantCulture)),
            TimeSpan.FromSeconds(double.Parse(words[1], CultureInfo.InvariantCulture)),
            TimeSpan.FromSeconds(double.Parse(words[2], CultureInfo.InvariantCulture)),
            int.Parse(words[3], CultureInfo.InvariantCulture),
            words[4]);
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Median.TotalSeconds} {Most.TotalSeconds} {Last.TotalSeconds} {Failures} {Reason.ReplaceLineEndings(" ")}");
}
