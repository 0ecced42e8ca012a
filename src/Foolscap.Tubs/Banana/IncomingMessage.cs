using System.Buffers;

namespace Foolscap.Tubs.Banana;

/// <summary>
/// What the sequences of one message make up: a call, an answer or an error (<c>foolscap.call</c>), and who gets it. Not
/// thread-safe.
/// </summary>
internal sealed class IncomingMessage(IMessageHandler handler)
{
    private const int KeptCapacity = 256;

    private readonly List<RemoteReference> _received = [];
    private List<object?>? _arguments;
    private Dictionary<string, object?>? _keywords;

    public long RequestId { get; private set; }

    /// <summary>The object that is called.</summary>
    public IReferenceable? Target { get; private set; }

    /// <summary>The method that is called.</summary>
    public string Method { get; set; } = string.Empty;

    /// <summary>The answer, or the error.</summary>
    public object? Result { get; set; }

    public void Begin() => RequestId = 0;

    /// <exception cref="ViolationException">It answers what was not asked.</exception>
    public void BeginRequest(bool isCall, long requestId)
    {
        RequestId = requestId;
        if (!isCall && !handler.IsPending(requestId))
        {
            throw new ViolationException($"an answer to request {requestId}, which is not awaited");
        }
    }

    public void SetTarget(long clid) => Target = FindTarget(clid);

    public void AddArgument(object? value) => (_arguments ??= []).Add(value);

    public void SetKeyword(string keyword, object? value) =>
        (_keywords ??= new Dictionary<string, object?>(StringComparer.Ordinal))[keyword] = value;

    /// <exception cref="ViolationException">The peer holds no reference of that id.</exception>
    public IReferenceable FindTarget(long clid) => handler.FindTarget(clid) ?? throw new ViolationException($"unknown CLID {clid}");

    /// <inheritdoc cref="IMessageHandler.ReceiveMyReference"/>
    public RemoteReference ReceiveReference(long clid, string? furl)
    {
        RemoteReference remote = handler.ReceiveMyReference(clid, furl);
        _received.Add(remote);
        return remote;
    }

    /// <summary>Hands the message over. It is forgotten before: what comes of it may not find it here.</summary>
    public void Deliver(FrameKind kind, long cost)
    {
        (long requestId, object? result) = (RequestId, Result);
        if (kind == FrameKind.Call)
        {
            IReferenceable target = Target!;
            RemoteCall call = handler.CreateCall(Method, _arguments ?? [], _keywords);
            Reset();
            handler.HandleCall(requestId, target, call, cost);
            return;
        }

        Reset();
        if (kind == FrameKind.Answer)
        {
            handler.HandleAnswer(requestId, result);
        }
        else
        {
            handler.HandleFailure(requestId, (RemoteException)result!);
        }
    }

    /// <summary>Hands a call over whose one argument is a byte string, which lies where it was received.</summary>
    public void DeliverBytes(in ReadOnlySequence<byte> bytes)
    {
        (long requestId, IByteStringReceiver target, string method) = (RequestId, (IByteStringReceiver)Target!, Method);
        Reset();
        handler.HandleBytesCall(requestId, target, method, bytes);
    }

    /// <summary>Gives the message up and reports why.</summary>
    /// <param name="kind">What it was going to be; none if not even that is known.</param>
    /// <param name="hasRequestId">Whether it got so far.</param>
    /// <param name="violation">Why.</param>
    /// <param name="byPeer">Whether the peer itself gave it up, and so waits for no answer.</param>
    public void Abandon(FrameKind? kind, bool hasRequestId, ViolationException violation, bool byPeer)
    {
        long requestId = RequestId;
        foreach (RemoteReference reference in _received)
        {
            handler.Discard(reference);
        }

        Reset();
        if (kind == FrameKind.Call && hasRequestId && requestId != 0 && !byPeer)
        {
            handler.HandleCallViolation(requestId, violation);
        }
        else if (kind is FrameKind.Answer or FrameKind.Error && hasRequestId)
        {
            handler.HandleFailure(requestId, violation);
        }
    }

    /// <summary>Forgets the message: what it has received belongs to whoever it was delivered to.</summary>
    private void Reset()
    {
        Target = null;
        Result = null;
        _arguments = null;
        _keywords = null;
        _received.Clear();
        if (_received.Capacity > KeptCapacity)
        {
            _received.Capacity = 0;
        }
    }
}
