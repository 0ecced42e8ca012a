using System.Buffers;

namespace Foolscap.Relay.Tests.Fixtures;

/// <summary>Keeps what it sees.</summary>
internal sealed class RecordingObserver : IRelayedStreamObserver
{
    private readonly Lock _gate = new();
    private readonly List<byte> _outbound = [];
    private readonly List<byte> _inbound = [];

    public byte[] Outbound
    {
        get
        {
            lock (_gate)
            {
                return [.. _outbound];
            }
        }
    }

    public byte[] Inbound
    {
        get
        {
            lock (_gate)
            {
                return [.. _inbound];
            }
        }
    }

    public void OnData(StreamDirection direction, in ReadOnlySequence<byte> data)
    {
        lock (_gate)
        {
            (direction == StreamDirection.Outbound ? _outbound : _inbound).AddRange(data.ToArray());
        }
    }
}
