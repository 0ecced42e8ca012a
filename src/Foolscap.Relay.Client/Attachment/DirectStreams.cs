using System.Collections.Concurrent;

namespace Foolscap.Relay.Client.Attachment;

/// <summary>
/// The streams of one client that have connections of their own: they outlive the connection to the relay that asked for
/// them, and end with the client. Thread-safe.
/// </summary>
internal sealed class DirectStreams
{
    private const string Stopped = "the relay's client stops";

    private readonly ConcurrentDictionary<DirectStream, bool> _streams = new();
    private volatile bool _stopped;

    /// <summary>Whether they are ended by this side.</summary>
    public bool IsStopped => _stopped;

    /// <summary>Starts a stream.</summary>
    /// <returns>How it ended.</returns>
    public async Task<StreamEnd> RunAsync(DirectStream stream)
    {
        _streams.TryAdd(stream, true);
        stream.Start();
        if (_stopped)
        {
            stream.Abort(Stopped);
        }

        StreamEnd end = await stream.Ended.ConfigureAwait(false);
        _streams.TryRemove(stream, out _);
        return end;
    }

    /// <summary>Aborts all of them, and those that come.</summary>
    public async Task StopAsync()
    {
        _stopped = true;
        List<DirectStream> streams = [.. _streams.Keys];
        streams.ForEach(stream => stream.Abort(Stopped));
        await Task.WhenAll(streams.Select(stream => stream.Ended)).ConfigureAwait(false);
    }
}
