using System.IO.Pipelines;
using Foolscap.Tubs;

namespace Foolscap.Relay.Benchmarks.Micro;

/// <summary>A local connection that takes everything at once, as a socket does whose reader keeps up.</summary>
internal sealed class DiscardingConnection() : TransportConnection(remoteEndPoint: null)
{
    private readonly Pipe _unused = new();

    public Discarded Discarded { get; } = new();

    public override PipeReader Input => _unused.Reader;

    public override PipeWriter Output => _unused.Writer;

    public override int TrySend(ReadOnlySpan<byte> bytes)
    {
        Discarded.Take(bytes);
        return bytes.Length;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override void OnAbort()
    {
    }
}
