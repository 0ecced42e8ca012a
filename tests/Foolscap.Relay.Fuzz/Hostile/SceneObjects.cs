using System.Buffers;
using Foolscap.Tubs;

namespace Foolscap.Relay.Fuzz.Hostile;

/// <summary>Takes any value, gives it back, or calls the object that it was given.</summary>
internal sealed class EchoObject : IReferenceable
{
    public async ValueTask<object?> CallAsync(RemoteCall call)
    {
        switch (call.Method)
        {
            case "echo":
                return call.Arguments.Count == 1 ? call.Arguments[0] : call.Arguments;
            case "call":
                using (RemoteReference target = call.Get<RemoteReference>(0) ?? throw new ViolationException("There is nobody to call."))
                {
                    return await target.CallAsync("back", call.Arguments);
                }

            default:
                throw call.UnknownMethod();
        }
    }
}

/// <summary>Takes byte strings in place.</summary>
internal sealed class SinkObject : IByteStringReceiver
{
    public void Receive(string method, in ReadOnlySequence<byte> data, PendingAnswer answer) => answer.Complete(data.Length);

    public ValueTask<object?> CallAsync(RemoteCall call) => default;
}
