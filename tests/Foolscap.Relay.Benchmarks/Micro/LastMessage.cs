using System.Buffers;
using Foolscap.Tubs;
using Foolscap.Tubs.Banana;

namespace Foolscap.Relay.Benchmarks.Micro;

/// <summary>The other side of a decoder: it knows one object, awaits every answer, and keeps what it heard last.</summary>
internal class LastMessage : IMessageHandler
{
    private static readonly IReferenceable Plain = new Referenceable();
    private static readonly IReferenceable Sink = new ByteSink();

    public long RequestId { get; private set; }

    public string? Method { get; private set; }

    public RemoteCall? Call { get; private set; }

    /// <summary>The byte string of a call, where it lies.</summary>
    public ReadOnlySequence<byte> Data { get; private set; }

    public object? Answer { get; private set; }

    public long PendingBytes => 0;

    public IReferenceable FindTarget(long clid) => clid == Messages.SinkClid ? Sink : Plain;

    public void HandleCall(long requestId, IReferenceable target, RemoteCall call, long cost) => (RequestId, Method, Call) = (requestId, call.Method, call);

    public virtual void HandleBytesCall(long requestId, IByteStringReceiver target, string method, in ReadOnlySequence<byte> data) =>
        (RequestId, Method, Data) = (requestId, method, data);

    public RemoteCall CreateCall(string method, List<object?> arguments, Dictionary<string, object?>? keywords) => new(method, arguments, keywords);

    public bool IsPending(long requestId) => true;

    public void HandleAnswer(long requestId, object? value) => (RequestId, Answer) = (requestId, value);

    public void HandleFailure(long requestId, FoolscapException failure) => throw failure;

    public void HandleCallViolation(long requestId, ViolationException violation) => throw violation;

    public void HandlePing(ulong number) => throw Unexpected();

    public void HandlePeerError(string message) => throw Unexpected();

    public RemoteReference ReceiveMyReference(long clid, string? furl) => throw Unexpected();

    public void Discard(RemoteReference reference) => throw Unexpected();

    private static InvalidOperationException Unexpected() => new("No message here does this.");

    private sealed class ByteSink : IByteStringReceiver
    {
        public void Receive(string method, in ReadOnlySequence<byte> data, PendingAnswer answer)
        {
        }

        public ValueTask<object?> CallAsync(RemoteCall call) => default;
    }
}
