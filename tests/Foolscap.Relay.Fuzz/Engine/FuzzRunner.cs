using System.Diagnostics;

namespace Foolscap.Relay.Fuzz.Engine;

/// <summary>Feeds targets with inputs, holds them against the rules, and keeps the inputs that break one.</summary>
internal sealed class FuzzRunner(FuzzOptions options, TextWriter output)
{
    /// <summary>After so many inputs, what nobody observed has to come up.</summary>
    private const int CollectInterval = 5000;

    /// <summary>Searches one target for its share of the time.</summary>
    /// <param name="create">Makes the target anew, for each attempt to make a finding smaller.</param>
    /// <param name="time">The share.</param>
    public async Task<FuzzResult> RunAsync(Func<FuzzTarget> create, TimeSpan? time)
    {
        FuzzTarget target = create();
        IReadOnlyList<byte[]> kept = [.. Corpus.GetFiles(options.CorpusFolder, target.Name).Select(Corpus.Load)];
        InputSource source = new(target, kept, options.Seed);
        using FaultWatch watch = new();
        Progress progress = new(options.Deadline);
        FuzzFailure? failure = await WatchAsync(target, progress, () => SearchAsync(target, source, watch, progress, time));
        progress.Stop();
        if (failure is null)
        {
            failure = await WatchAsync(target, progress, async () =>
            {
                await target.DisposeAsync();
                return null;
            });
        }

        return new FuzzResult(target.Name, progress.Index, progress.Total, failure is null ? null : await KeepAsync(create, failure, watch));
    }

    /// <summary>Feeds one input to a target of its own.</summary>
    /// <returns>The finding, if there is one.</returns>
    public async Task<FuzzFailure?> ReplayAsync(Func<FuzzTarget> create, byte[] input)
    {
        using FaultWatch watch = new();
        return await ReplayAsync(create, input, watch);
    }

    private async Task<FuzzFailure?> ReplayAsync(Func<FuzzTarget> create, byte[] input, FaultWatch watch)
    {
        FuzzTarget target = create();
        Progress progress = new(options.Deadline);
        return await WatchAsync(target, progress, async () =>
        {
            await target.StartAsync();
            progress.Begin(0, input);
            FuzzFailure? failure = await FeedAsync(target, 0, input, watch, isLast: true);
            if (failure is null)
            {
                await target.DisposeAsync();
            }

            return failure;
        });
    }

    /// <summary>Waits for work that may hang: then it is left behind, and the process is good for nothing but the report.</summary>
    private async Task<FuzzFailure?> WatchAsync(FuzzTarget target, Progress progress, Func<Task<FuzzFailure?>> work)
    {
        Task<FuzzFailure?> running = Task.Run(work);
        while (true)
        {
            try
            {
                return await running.WaitAsync(progress.UntilDeadline);
            }
            catch (TimeoutException) when (!running.IsCompleted)
            {
                if (progress.IsOverdue)
                {
                    return Fail(target, FailureKind.Hang, progress.Index, progress.Input, $"Not done after {options.Deadline}; it waits for {target.Step}.");
                }
            }
            catch (Exception exception)
            {
                return Fail(target, FailureKind.Fault, progress.Index, progress.Input, exception.ToString());
            }
        }
    }

    private async Task<FuzzFailure?> SearchAsync(FuzzTarget target, InputSource source, FaultWatch watch, Progress progress, TimeSpan? time)
    {
        progress.Begin(0, []);
        await target.StartAsync();
        long start = Stopwatch.GetTimestamp();
        for (long index = 0; index < (options.Count ?? long.MaxValue); index++)
        {
            byte[] input = source.Get(index);
            progress.Begin(index, input);
            bool isLast = index + 1 == options.Count || (time is TimeSpan share && Stopwatch.GetElapsedTime(start) > share);
            if (await FeedAsync(target, index, input, watch, isLast) is FuzzFailure failure)
            {
                return failure;
            }

            progress.End();
            if (isLast)
            {
                return null;
            }
        }

        return null;
    }

    private async Task<FuzzFailure?> FeedAsync(FuzzTarget target, long index, byte[] input, FaultWatch watch, bool isLast)
    {
        try
        {
            long? limit = target.GetAllocationLimit(input.Length);
            long before = limit is null ? 0 : GC.GetTotalAllocatedBytes();
            await target.RunAsync(input);
            long allocated = limit is null ? 0 : GC.GetTotalAllocatedBytes() - before;
            if (allocated > limit)
            {
                throw new FuzzFailureException(FailureKind.Allocation, $"{allocated} bytes were allocated; {limit} are the limit.");
            }

            if (isLast || (index + 1) % CollectInterval == 0)
            {
                FaultWatch.Collect();
            }

            if (isLast || (index + 1) % target.CanaryInterval == 0)
            {
                await target.CheckCanaryAsync();
            }
        }
        catch (FuzzFailureException failure)
        {
            return Fail(target, failure.Kind, index, input, failure.ToString());
        }
        catch (Exception exception)
        {
            watch.Take(); // The same one, seen when it was thrown: it is not the next input's.
            return Fail(target, FailureKind.Fault, index, input, exception.ToString());
        }

        return watch.Take() is string fault ? Fail(target, FailureKind.Fault, index, input, fault) : null;
    }

    private FuzzFailure Fail(FuzzTarget target, FailureKind kind, long index, byte[] input, string message) =>
        new(target.Name, kind, options.Seed, index, input, message);

    /// <summary>Makes the input of a finding small, and saves it.</summary>
    private async Task<FuzzFailure> KeepAsync(Func<FuzzTarget> create, FuzzFailure failure, FaultWatch watch)
    {
        output.WriteLine($"{failure.Target}: {failure.Kind} at input {failure.Index} of seed {failure.Seed}; making it smaller ...");
        if (failure.Kind != FailureKind.Hang)
        {
            // What hangs is left hanging: many times over, that would disturb all that follows.
            Minimizer minimizer = new(input => ReplayAsync(create, input, watch), failure);
            failure = await minimizer.RunAsync();
        }

        failure = failure with { Path = Corpus.Save(options.CorpusFolder, failure.Target, failure.Input) };
        output.WriteLine($"  {failure.Message}");
        output.WriteLine($"  input: {Corpus.Show(failure.Input)}");
        output.WriteLine($"  saved: {failure.Path}");
        output.WriteLine(failure.IsReproduced
            ? $"  again: --target {failure.Target} --replay {failure.Path}"
            : $"  again: --target {failure.Target} --seed {failure.Seed} --count {failure.Index + 1}");
        return failure;
    }
}
