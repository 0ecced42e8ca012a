namespace Foolscap.Relay.Hosting.Services;

/// <summary>
/// Sends what has been measured. It is asked when a relay or a client has done its work and is about to be disposed: its counts are
/// observed, and afterwards there is nothing to observe.
/// </summary>
internal interface ITelemetryFlush
{
    /// <summary>Sends it, in a moment at most. It never fails.</summary>
    Task FlushAsync();

    /// <summary>Asks all of them, unless the host is in a hurry.</summary>
    static Task FlushAllAsync(IEnumerable<ITelemetryFlush> all, CancellationToken hurry) =>
        hurry.IsCancellationRequested ? Task.CompletedTask : Task.WhenAll(all.Select(one => one.FlushAsync()));
}
