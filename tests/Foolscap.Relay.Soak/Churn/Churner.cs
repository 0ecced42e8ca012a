using Foolscap.Relay.Soak.Reporting;

namespace Foolscap.Relay.Soak.Churn;

/// <summary>Does one thing over and over, with pauses, until it is told to stop. What fails is counted, and ends nothing.</summary>
/// <param name="name">For the reports.</param>
/// <param name="counters">Where errors are counted.</param>
/// <param name="random">Its own source of chance.</param>
/// <param name="longestPause">The longest pause between two times.</param>
internal abstract class Churner(string name, SoakCounters counters, Random random, TimeSpan longestPause)
{
    protected SoakCounters Counters => counters;

    protected Random Random => random;

    /// <summary>Works until it is told to stop, and then ends what it has begun.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await RunOnceAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                counters.AddError($"{name}: {exception.GetType().Name}", exception.Message);
            }

            await Task.Delay(longestPause * random.NextDouble(), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Does it once.</summary>
    /// <param name="stopping">Cuts waits short that have no end of their own.</param>
    protected abstract Task RunOnceAsync(CancellationToken stopping);
}
