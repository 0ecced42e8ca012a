using Foolscap.Tubs.Transports;

namespace Foolscap.Relay.Benchmarks.Micro;

/// <summary>A wire that takes everything at once.</summary>
internal sealed class DiscardingWire : IGatheringWriter
{
    public Discarded Discarded { get; } = new();

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        Discarded.Take(bytes.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync() => ValueTask.CompletedTask;
}
