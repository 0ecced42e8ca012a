using Foolscap.Relay.Benchmarks.Network;

namespace Foolscap.Relay.Benchmarks.Measuring;

/// <summary>Streams that are open, and on which nothing moves. Not thread-safe.</summary>
internal sealed class IdleStreams(MeasuredPath path) : IDisposable
{
    /// <summary>Few enough that no listener's backlog overflows.</summary>
    private const int AtOnce = 16;

    private readonly List<EchoStream> _streams = [];

    public int Count => _streams.Count;

    /// <summary>Opens streams until there are so many.</summary>
    public async Task GrowAsync(int count)
    {
        while (_streams.Count < count)
        {
            int more = Math.Min(AtOnce, count - _streams.Count);
            _streams.AddRange(await Task.WhenAll(Enumerable.Range(0, more).Select(_ => path.OpenEchoAsync())));
        }
    }

    /// <summary>Checks that each is still there.</summary>
    public async Task CheckAsync()
    {
        foreach (EchoStream stream in _streams)
        {
            await stream.RoundTripAsync();
        }
    }

    public void Dispose() => _streams.ForEach(stream => stream.Dispose());
}
