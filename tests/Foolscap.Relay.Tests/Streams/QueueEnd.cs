using System.Buffers;
using Foolscap.Relay.Streams;
using Foolscap.Tubs;

namespace Foolscap.Relay.Tests.Streams;

/// <summary>Puts what is written into a queue: answers to calls exist only on a connection.</summary>
internal sealed class QueueEnd(ReceiveQueue queue) : IByteStringReceiver
{
    public ValueTask<object?> CallAsync(RemoteCall call) => throw call.UnknownMethod();

    public void Receive(string method, in ReadOnlySequence<byte> data, PendingAnswer answer) => queue.Add(data, answer);
}
