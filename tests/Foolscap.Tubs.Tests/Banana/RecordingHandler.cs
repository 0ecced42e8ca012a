using System.Buffers;
using System.Collections.Concurrent;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Tests.Banana;

/// <summary>Writes down, one line each, what a decoder reports. All object ids are known unless said otherwise.</summary>
internal sealed class RecordingHandler : IMessageHandler
{
    // They have no connection on which their finalizers could release them.
    private static readonly ConcurrentBag<RemoteReference> Immortal = [];

    public static readonly IReferenceable Target = new Referenceable();

    public List<string> Events { get; } = [];

    public List<object?> Values { get; } = [];

    public Func<long, IReferenceable?> Targets { get; set; } = _ => Target;

    public Predicate<long> Pending { get; set; } = _ => true;

    public long PendingBytes { get; set; }

    /// <summary>What the calls so far would hold until they are answered.</summary>
    public List<long> Costs { get; } = [];

    public IReferenceable? FindTarget(long clid) => Targets(clid);

    public RemoteReference ReceiveMyReference(long clid, string? furl)
    {
        Events.Add(furl is null ? $"received {clid}" : $"received {clid} {furl}");
        RemoteReference reference = new(null!, clid, null);
        Immortal.Add(reference);
        return reference;
    }

    public void Discard(RemoteReference reference) => Events.Add($"discarded {reference.Clid}");

    public RemoteCall CreateCall(string method, List<object?> arguments, Dictionary<string, object?>? keywords) =>
        new(method, arguments, keywords);

    public void HandleCall(long requestId, IReferenceable target, RemoteCall call, long cost)
    {
        Values.AddRange(call.Arguments);
        Costs.Add(cost);
        IEnumerable<string> arguments = call.Arguments.Select(PythonText.Of)
            .Concat(call.Keywords.Select(pair => $"{pair.Key}={PythonText.Of(pair.Value)}"));
        Events.Add($"call {requestId} {call.Method}({string.Join(", ", arguments)})");
    }

    public void HandleBytesCall(long requestId, IByteStringReceiver target, string method, in ReadOnlySequence<byte> data) =>
        Events.Add($"bytes {requestId} {method}({PythonText.Of(data.ToArray())})");

    public void HandleCallViolation(long requestId, ViolationException violation) =>
        Events.Add($"violation {requestId} {violation.Message}");

    public bool IsPending(long requestId) => Pending(requestId);

    public void HandleAnswer(long requestId, object? value)
    {
        Values.Add(value);
        Events.Add($"answer {requestId} {PythonText.Of(value)}");
    }

    public void HandleFailure(long requestId, FoolscapException failure) =>
        Events.Add($"failure {requestId} {failure.GetType().Name} {failure.Message}");

    public void HandlePing(ulong number) => Events.Add($"ping {number}");

    public void HandlePeerError(string message) => throw new BananaException($"peer: {message}");
}
